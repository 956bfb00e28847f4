/* Dumps for tests, written event by event as the traced side would: words in a thread's blocks,
 * runs of them in chunks, and what was not drained in the ring. The file is made in memory. */
#ifndef DUMPGEN_H
#define DUMPGEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "format/events.h"
#include "format/file.h"

enum { DG_THREADS = 64 };

struct dg_thread {
	struct ltf_block block; /* the current one; .thread is 0 while there is none */
	uint32_t used;          /* words written */
	uint32_t drained;       /* words that are in the stream */
};

struct dg {
	struct ltf_header header; /* may be changed before dg_finish or dg_leave */
	uint8_t *file;
	size_t size, room;
	uint64_t pos;   /* where the next chunk goes */
	uint8_t *chunk; /* records of the next chunk */
	size_t chunk_used, chunk_room;
	uint32_t chunks;
	uint64_t events;
	uint32_t codec; /* of the chunks from now on */
	bool numbered;  /* events take numbers from now on */
	uint32_t counters[LTF_REGION_COUNT];
	struct dg_thread threads[DG_THREADS + 1];
	uint32_t now;     /* the thread that writes, from 1 */
	uint64_t ring_at; /* offset of the ring's extent */
	uint32_t ring_blocks;
};

/* ring_at: where the ring's extent of ring_blocks blocks lies, 0 for none. */
void dg_init(struct dg *g, uint64_t ring_at, uint32_t ring_blocks);
void dg_free(struct dg *g);

/* Events of thread g->now. With g->numbered each takes its region's next number. tag: FREE, RELEASE
 * or RESTORE. */
void dg_alloc(struct dg *g, uint64_t addr, uint64_t size, uint32_t site, unsigned api);
void dg_release(struct dg *g, unsigned tag, uint64_t addr, unsigned api);
void dg_node(
	struct dg *g, uint32_t id, uint32_t parent, uint64_t pc, uint32_t module, uint32_t flags);
void dg_time(struct dg *g, uint64_t us);
void dg_blob(struct dg *g, unsigned type, const void *data, size_t n);
void dg_meta(struct dg *g, const char *key, const void *value, size_t n);
void dg_module(struct dg *g, uint32_t number, uint64_t bias, uint64_t start, uint64_t end,
	const char *build_id_hex, const char *path);
void dg_named(struct dg *g, uint32_t thread, uint32_t tid, const char *name);
void dg_res(struct dg *g, unsigned kind, uint32_t site, unsigned nargs, const uint64_t *args);

/* Takes a number that no event gets (as when a signal comes between). */
uint32_t dg_take(struct dg *g, uint64_t addr);
/* The number that was taken for addr is withdrawn, that many times. */
void dg_withdraw(struct dg *g, uint64_t addr, uint32_t number, int times);

/* Any words, as they are. */
void dg_words(struct dg *g, const uint64_t *words, size_t n);
/* Moves what the thread has written to the next chunk; all threads with 0. */
void dg_drain(struct dg *g, uint32_t thread);
/* Ends the chunk. */
void dg_seal(struct dg *g);
/* A record of any type in the next chunk. */
void dg_record(struct dg *g, uint64_t type, const void *body, size_t n);

/* Drains everything, writes the finish mark and the header. */
void dg_finish(struct dg *g, uint32_t exit_status);
/* Leaves undrained words in the ring; the header says that the program is running. */
void dg_leave(struct dg *g);

/* Writes the file; ends the program when it cannot. */
void dg_save(const struct dg *g, const char *path);

#endif
