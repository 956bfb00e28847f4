/* Scans in made dumps (dumpgen.h). */
#ifndef DUMPSCAN_H
#define DUMPSCAN_H

#include "format/scan.h"
#include "tests/unit/dumpgen.h"

struct dg_block {
	uint64_t addr, size;
	uint32_t site, birth;
	unsigned verdict, by, flags;
	uint32_t leader; /* index; of an indirect one */
	unsigned in;     /* enum ltf_holder */
	uint32_t holder; /* index */
	uint64_t offset;
	uint32_t untouched; /* pages */
};

struct dg_scan {
	uint32_t number;
	uint64_t figure[LTF_SCAN_FIGURE_COUNT];
	const struct dg_block *blocks; /* by address */
	size_t n_blocks;
	size_t per_table;                          /* blocks; 0: all in one */
	const uint64_t (*roots)[LTF_ROOT_COLUMNS]; /* rows */
	size_t n_roots;
	const uint64_t (*words)[LTF_WORD_COLUMNS];
	size_t n_words;
	const uint64_t (*threads)[LTF_THREAD_COLUMNS];
	size_t n_threads;
	const uint64_t (*frames)[LTF_FRAME_COLUMNS];
	size_t n_frames;
	const uint64_t (*fds)[LTF_FDS_COLUMNS];
	size_t n_fds;
	const uint64_t (*pthreads)[LTF_PTHREAD_COLUMNS];
	size_t n_pthreads;
	const uint64_t (*timers)[LTF_TIMER_COLUMNS];
	size_t n_timers;
	const uint64_t (*maps)[LTF_MAPS_COLUMNS];
	size_t n_maps;
	const char *const *texts;
	size_t n_texts;
};

/* The records of a scan up to its blocks, and the one that ends it. The sums are made here where
 * they are 0, and BLOCKS is set where it is. */
void dg_scan_open(struct dg *g, const struct dg_scan *s);
void dg_scan_close(struct dg *g, const struct dg_scan *s);
static inline void dg_scan(struct dg *g, const struct dg_scan *s)
{
	dg_scan_open(g, s);
	dg_scan_close(g, s);
}

#endif
