/* Resources: what a program opens at one place and releases by handle. Counted by kind and by where
 * they were opened, followed along the run, and listed where they are open.
 *
 * Sites and threads are the dump's while it is read; in the model they are frames and the model's
 * threads. */
#ifndef LR_RESOURCES_H
#define LR_RESOURCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "format/ring.h"
#include "tools/model/history.h"
#include "tools/util/limits.h"
#include "tools/util/map.h"

/* X(name, one, many, key in JSON, what an open one lacks) */
#define LR_RESOURCES(X)                                                                            \
	X(THREAD, "thread", "threads", "threads", "never joined or detached")                      \
	X(TIMER, "timer", "timers", "timers", "never deleted")                                     \
	X(ITIMER, "interval timer", "interval timers", "interval_timers", "still armed")           \
	X(MAPPING, "mapping", "mappings", "mappings", "never unmapped")                            \
	X(DESCRIPTOR, "descriptor", "descriptors", "descriptors", "never closed")                  \
	X(SEGMENT, "shared memory segment", "shared memory segments", "segments", "never removed") \
	X(ALLOCATORS, "allocator's mapping", "allocator's mappings", "allocator_mappings",         \
		"never unmapped")                                                                  \
	X(BREAK, "piece of brk's memory", "pieces of brk's memory", "brk", "never given back")

enum lr_resource {
#define LR_RESOURCE_KIND(name, one, many, key, lacks) LR_RES_##name,
	LR_RESOURCES(LR_RESOURCE_KIND)
#undef LR_RESOURCE_KIND
		LR_RES_PAIR, /* and on: one kind for each number of a pair (pairs.h) */
	LR_RES_PAIRS_MAX = 64,
	LR_RES_KINDS = LR_RES_PAIR + LR_RES_PAIRS_MAX
};

struct lr_resource_words {
	const char *one, *many, *key, *lacks;
};
/* Never NULL. */
const struct lr_resource_words *lr_resource_words(unsigned kind);
/* The kinds that a list of keys names; "pairs" are all that are one, "all" is all. False: a word in
 * it is none. */
bool lr_resources_named(const char *list, bool kinds[LR_RES_KINDS]);

/* One that is open. */
struct lr_open_resource {
	uint64_t handle, length; /* length: bytes, where it has any */
	uint64_t created;        /* microseconds since the start */
	uint32_t site;           /* where it was opened */
	uint32_t thread;         /* which opened it: index; in the model plus 1, 0 unknown */
	uint8_t kind;            /* enum lr_resource */
	bool inherited;          /* open when the dump began: nobody knows where from */
	bool released; /* nothing is owed, though it may still be there: detached thread */
	union {
		struct {
			uint8_t what, flags; /* enum ltf_fd, set of enum ltf_fd_flag */
			uint64_t detail;     /* as enum ltf_fd says */
			uint64_t owner;      /* address of the FILE or DIR; 0 none */
		} fd;
		struct {
			uint64_t function; /* its address; 0 unknown */
		} run;
		struct { /* of both kinds */
			uint64_t clock, notify, value, signal;
			uint64_t first, every; /* ns, as last set; 0: disarmed */
			uint64_t set;          /* microseconds: when */
			bool was_set;          /* ever */
		} timer;
		struct {
			uint64_t prot, flags;
			uint64_t segment;  /* plus 1, of shared memory that was attached; else 0 */
			uint32_t piece_of; /* a number for what was one mapping; 0: it is whole */
		} mapping;
		struct {
			uint64_t more; /* of the same handle, which are listed by themselves */
		} pair;
	};
};

/* Of one kind, opened at one place. */
struct lr_resource_cell {
	uint64_t created, released; /* by creation */
	uint64_t lost;              /* gone, and no release was seen: the handle came again */
	uint64_t open, open_bytes;
	uint64_t peak_open, peak_time;   /* its own peak; microseconds */
	uint64_t at_peak, at_peak_bytes; /* open when those of its kind were most */
	uint64_t first_time, last_time;  /* microseconds: of creations */
	uint64_t held[2], held_bytes[2]; /* at the selection's two moments */
	uint64_t peak_epoch;             /* the peak that at_peak belongs to */
	struct lr_followed followed;     /* how many were open along the run */
	uint32_t site;                   /* the dump's id */
	uint32_t thread;                 /* index; 0 unless told apart */
	uint8_t kind;                    /* enum lr_resource */
};

/* All of one kind. */
struct lr_resource_total {
	uint64_t created, released, lost;
	uint64_t open, open_bytes;     /* with the inherited ones */
	uint64_t inherited;            /* open when the dump began */
	uint64_t unknown_releases;     /* of what no event has opened */
	uint64_t inherited_releases;   /* the same in a forked child */
	uint64_t peak_open, peak_time; /* microseconds */
	uint64_t peak_bytes;           /* the most that was open at once */
	uint64_t epoch;                /* counts the peaks */
};

/* Where a cell's resources were released, when that is recorded. */
struct lr_resource_release {
	uint64_t count;
	uint32_t cell, site;
};

/* What was open at a moment: sums by kind (only those that occur), and which, if they are kept. */
struct lr_open_sum {
	uint8_t kind;
	uint64_t open, bytes; /* open: without released ones */
	/* Beside what the scan has found in the process, where it has looked: */
	bool compared;
	bool in_bytes;    /* the three are bytes: of mappings */
	uint64_t found;   /* there are; without the process's first thread */
	uint64_t unknown; /* of these, opened by ways that no hook sees */
	uint64_t missing; /* open by the events, and not there */
};
struct lr_open_at {
	uint32_t scan; /* number; LR_OPEN_END: the end */
	struct lr_open_sum *sums;
	size_t sums_used;
	struct lr_open_resource *list; /* by kind, oldest first; NULL when it is not kept */
	size_t used;
	bool cut; /* there were more than the limit */
};
#define LR_OPEN_END 0u

/* What a dump adds up to. All zero but for the history is empty. */
struct lr_resources {
	struct lr_resource_cell *cells;
	size_t used, room;
	struct lr_map cell_of; /* kind, thread, site */
	struct lr_resource_release *releases;
	size_t releases_used, releases_room;
	struct lr_map release_of; /* cell << 32 | site */
	struct lr_resource_total total[LR_RES_KINDS];
	uint64_t created;     /* of all kinds */
	uint64_t allocations; /* of blocks, so far; with `created` the history's events */
	uint64_t now;         /* microseconds */
	/* How many of each cell were open ("bytes" and blocks both). */
	struct lr_history history;
	struct lr_open_at *at; /* in order of the scans, the end last */
	size_t at_used, at_room;
	size_t listed; /* in all of them */
};
/* Sites that had so many open through an interval are followed. */
enum { LR_RESOURCES_FOLLOW = 1 };

void lr_resources_init(struct lr_resources *r);
void lr_resources_free(struct lr_resources *r);

/* Index of a cell; UINT32_MAX when there are too many. */
uint32_t lr_resources_cell(struct lr_resources *r, unsigned kind, uint32_t site, uint32_t thread,
	const struct lr_limits *limits);

/* One more is open. fresh: it was created now; else it goes on under another handle or length. */
void lr_resources_opened(
	struct lr_resources *r, uint32_t cell, uint64_t length, uint64_t time, bool fresh);
enum lr_gone {
	LR_GONE_RELEASED,
	LR_GONE_LOST, /* how is not known */
	LR_GONE_ON    /* it goes on: opened again at once */
};
void lr_resources_gone(struct lr_resources *r, uint32_t cell, uint64_t length, enum lr_gone how);
/* One of the cell's that was gone, how was not known, had been released. */
void lr_resources_found(struct lr_resources *r, uint32_t cell);
/* A release did not take place. */
void lr_resources_not_gone(struct lr_resources *r, uint32_t cell);
/* One that was open when the dump began; its going. */
void lr_resources_inherited(struct lr_resources *r, unsigned kind);
void lr_resources_inherited_gone(struct lr_resources *r, unsigned kind);
/* One of the cell's was released at that place. */
void lr_resources_release(
	struct lr_resources *r, uint32_t cell, uint32_t site, const struct lr_limits *limits);

/* The interval under way ends. */
void lr_resources_mark(struct lr_resources *r, uint64_t time);
/* Notes what is open at the selection's moment. */
void lr_resources_hold(struct lr_resources *r, int which);
/* No more events. */
void lr_resources_finish(struct lr_resources *r, uint64_t time);

/* What was open at the scan of that number, or at the end (LR_OPEN_END); NULL: not known. */
const struct lr_open_at *lr_open_at(const struct lr_open_at *at, size_t used, uint32_t scan);
/* The sum of a kind; all zero when none was open. */
struct lr_open_sum lr_open_sum(const struct lr_open_at *at, unsigned kind);

#endif
