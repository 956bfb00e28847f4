/* Scans of the live memory: what the tracer's copy of the process has judged at a moment. Each
 * stands for itself: nothing needs to be replayed to read it.
 *
 * Indexes in it (leader, holder) are checked when the scan ends; sites are the dump's nodes while
 * it is read, and frames of the model from lr_scans_place on. */
#ifndef LR_SCAN_H
#define LR_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "format/scan.h"
#include "tools/model/graph.h"
#include "tools/util/limits.h"

struct lr_scan_block {
	uint64_t addr;
	uint64_t size : 48;   /* bytes, as asked for */
	uint64_t verdict : 4; /* enum ltf_verdict; 0: one that this version does not know */
	uint64_t by : 4;      /* how it is pointed to: enum lt_scan_by of lib/scan.h */
	uint64_t flags : 8;   /* enum ltf_scanned_flag */
	uint32_t site;        /* a node of the dump; once placed, a frame of the model */
	uint32_t birth;       /* the order of allocation; it wraps */
	uint32_t leader;      /* the definite block that an indirect one belongs to; else itself */
	uint32_t holder;      /* index of the root, word or block that holds the pointer */
	uint64_t in : 2;      /* enum ltf_holder */
	uint64_t offset : 62; /* of the pointer in that */
	uint32_t inside;      /* where in the block it points to; UINT32_MAX: there or further */
	uint32_t untouched;   /* pages (4 KiB) within the block that were never touched */
};

/* Kinds of roots and of words: enum lt_scan_kind of lib/scan.h. */
enum lr_root_kind {
	LR_ROOT_DATA,
	LR_ROOT_STACK,
	LR_ROOT_TLS,
	LR_ROOT_REGISTERS,
	LR_ROOT_MAPPING,
	LR_ROOT_KERNEL,
	LR_ROOT_DECLARED
};
/* Ids of the kernel's words: enum lt_kept_kind of lib/kept.h. */
enum { LR_KEPT_TIMER = 2 };

struct lr_scan_root {
	uint64_t start, length;
	uint32_t kind, id; /* kind: enum lr_root_kind */
};

struct lr_scan_word {
	uint64_t value;
	uint32_t kind, id, number;
};

struct lr_scan_thread {
	uint64_t sp;
	uint32_t tid, flags; /* enum ltf_thread_flag */
};

/* A frame of a thread's stack: from sp on, up to the next one's. */
struct lr_scan_frame {
	uint64_t sp, pc;
	uint32_t tid, flags; /* as a node's */
};

/* A descriptor; texts are numbers for lr_scan_text. */
struct lr_scan_fd {
	uint64_t expires, interval; /* of a timer: nanoseconds; 0 not armed */
	uint32_t number;
	uint32_t flags; /* enum ltf_fds_flag */
	uint32_t name;  /* a text, as /proc/self/fd has it */
	uint32_t family, type;
	uint32_t local, peer; /* texts: a socket's addresses */
};

/* A thread, as the C library has it. */
struct lr_scan_pthread {
	uint64_t handle;
	uint64_t stack, stack_length, stack_touched; /* bytes */
	uint64_t call_arg;                           /* the first one of the call that it is in */
	uint32_t tid;                                /* 0: it has ended */
	uint32_t flags;                              /* enum ltf_pthread_flag */
	uint32_t call;  /* the system call's number plus 1; 0 none, or not known */
	uint32_t waits; /* enum ltf_pthread_waits */
};

/* A timer, as the kernel has it. */
struct lr_scan_timer {
	uint64_t value;
	uint32_t id;
	int32_t clock;
	uint32_t notify, signal, task; /* as sigev_notify has it */
};

/* A mapping; the name is a number for lr_scan_text. */
struct lr_scan_map {
	uint64_t start, length; /* bytes */
	uint64_t resident : 56; /* bytes */
	uint64_t access : 8;    /* a set of enum ltf_maps_access */
	uint32_t name;
	uint8_t kind;  /* enum ltf_mapping, or beyond */
	uint8_t flags; /* a set of enum ltf_maps_flag */
};

struct lr_scan_texts {
	char **list;
	size_t used, room, bytes;
};

struct lr_scan_sum {
	uint64_t blocks, bytes;
};

/* What a site's blocks were judged. Neither inherited nor ignored ones are in these. */
struct lr_scan_site {
	uint32_t site;                       /* as a block's */
	struct lr_scan_sum of[LTF_VERDICTS]; /* by enum ltf_verdict */
	struct lr_scan_sum owned;     /* indirect blocks whose leader is one of this site's */
	uint64_t cycles;              /* definite blocks that lead one */
	struct lr_scan_sum in_cycles; /* those, and what they own */
	struct lr_scan_sum ignored;   /* as the program wished; in none of the others */
	struct lr_scan_sum untouched; /* blocks with pages never touched; bytes: of these pages */
	uint64_t addr;                /* of one of its blocks: the worst judged, then oldest */
	uint32_t birth;
	uint8_t worst; /* that one's verdict */
};

/* Indirect blocks of one site that definite blocks of another own. */
struct lr_scan_owned {
	uint32_t owner, site; /* as a block's */
	struct lr_scan_sum sum;
};

struct lr_scan {
	uint32_t number;                        /* from 1 */
	uint64_t figure[LTF_SCAN_FIGURE_COUNT]; /* as the dump has them */
	bool done;                              /* it has ended, and all of it is there */
	bool cut; /* a limit of the reporter's was reached: blocks, sites or roots are missing */
	struct lr_scan_sum inherited; /* blocks that are not this process's to answer for */
	/* Sums by site, and by owner and site; both in order of these. */
	struct lr_scan_site *sites;
	size_t sites_used;
	struct lr_scan_owned *owned;
	size_t owned_used;
	/* In order of addresses; NULL where they are not kept. */
	struct lr_scan_block *blocks;
	size_t blocks_used, blocks_room;
	struct lr_scan_root *roots;
	size_t roots_used, roots_room;
	struct lr_scan_word *words;
	size_t words_used, words_room;
	struct lr_scan_thread *threads;
	size_t threads_used, threads_room;
	struct lr_scan_frame *frames; /* each thread's innermost first */
	size_t frames_used, frames_room;
	/* These are kept of all scans. */
	struct lr_scan_fd *fds; /* in the order of /proc, mostly by number */
	size_t fds_used, fds_room;
	struct lr_scan_pthread *pthreads;
	size_t pthreads_used, pthreads_room;
	struct lr_scan_timer *timers;
	size_t timers_used, timers_room;
	struct lr_scan_map *maps; /* in order of addresses */
	size_t maps_used, maps_room;
	struct lr_scan_texts texts;
	struct lr_graph_records graph; /* what points to what, where the dump has it */
};

/* Of which scan the blocks, roots, words and threads are kept: a number from 1, or */
#define LR_SCANS_NONE 0u
#define LR_SCANS_LAST UINT32_MAX
#define LR_SCANS_ALL  (UINT32_MAX - 1)
/* The last one, if it has so few blocks that asking what holds them takes no time. */
#define LR_SCANS_LAST_OF_FEW (UINT32_MAX - 2)
#define LR_SCANS_FEW         200000u

struct lr_scans {
	/* Set before the first record. */
	const struct lr_limits *limits;
	uint32_t keep;
	uint64_t min_size, max_size; /* of the blocks that count in the sums */

	struct lr_scan *scan; /* those that are done, in order */
	size_t used, room;
	uint64_t unfinished; /* begun, and not ended: the copy or the process was killed */
	uint64_t damaged;
	uint64_t over_limit; /* scans, blocks, sites and roots that are left out */
	/* private */
	struct lr_scan open; /* number 0: none */
	size_t sites_kept, blocks_kept, fds_kept, maps_kept, texts_kept, pthreads_kept, timers_kept;
};

/* Takes a record of the stream. Returns NULL, or what is wrong with it, in words; its scan is then
 * left out. */
const char *lr_scans_record(struct lr_scans *s, uint64_t type, const uint8_t *body, size_t len);
/* A scan at the end that has no records, because no block was live. */
void lr_scans_nothing(struct lr_scans *s);
/* No more records come. */
void lr_scans_end(struct lr_scans *s);
/* From nodes to frames; frame_of answers 0 where a node is not known. */
void lr_scans_place(struct lr_scans *s, uint32_t (*frame_of)(void *ctx, uint32_t site), void *ctx);
void lr_scans_free(struct lr_scans *s);

/* Adds what is known of a site elsewhere, in another dump, say. */
void lr_scan_site_merge(struct lr_scan_site *to, const struct lr_scan_site *from);

/* The scan of that number, or the last one (LR_SCANS_LAST) that is done; NULL: there is none. */
const struct lr_scan *lr_scans_get(const struct lr_scans *s, uint32_t number);

/* A text that a table refers to; "" where it is 0, or not there. May hold any bytes. */
const char *lr_scan_text(const struct lr_scan *s, uint32_t number);

/* No block of such a scan is surely lost: registers of threads are not known. */
static inline bool lr_scan_doubtful(const struct lr_scan *s)
{
	return s->figure[LTF_SCAN_UNKNOWN_THREADS] != 0 ||
	       (s->figure[LTF_SCAN_COVERAGE] & LTF_SCAN_REGISTERS_UNKNOWN) != 0;
}

/* The block at an address; UINT32_MAX: there is none. */
uint32_t lr_scan_block_at(const struct lr_scan *s, uint64_t addr);

/* The order of a scan's sites and of its owned: for qsort. */
int lr_scan_by_site(const void *, const void *);
int lr_scan_by_owner(const void *, const void *);

#endif
