/* Shared by replay.c (blocks) and replay_resources.c (threads, timers, mappings). Not for others.
 */
#ifndef LR_REPLAY_PARTS_H
#define LR_REPLAY_PARTS_H

#include "tools/live.h"
#include "tools/order.h"
#include "tools/replay.h"

/* A realloc between its two halves. */
struct lr_open_release {
	struct lr_block block; /* key 0: the block was not known */
	bool temporary;        /* if it succeeds */
};

struct lr_replay_thread {
	uint64_t last_alloc; /* address of its latest allocation, 0 when that is freed */
	uint64_t time;       /* microseconds */
	uint32_t site, cell; /* the latest lookup */
	uint32_t open_used, open_room;
	uint32_t wrong; /* its last event was wrong: index plus 1 in the tally's */
	struct lr_open_release *open;
};

/* An open thread, timer or mapping. */
struct lr_open_resource {
	uint64_t length; /* mappings: bytes */
	uint32_t cell;   /* in the tally's resources */
	uint32_t next_free;
};

struct lr_replay {
	struct lr_tally *tally;
	struct lr_order *order;
	struct lr_live live;
	bool inherits; /* a forked child: blocks of its parent may be released */
	struct lr_replay_thread *threads;
	size_t threads_used, threads_room;
	struct lr_map open_of[LR_RES_KINDS]; /* handle or address -> index in open */
	struct lr_open_resource *open;
	size_t open_used, open_room;
	uint32_t free_open; /* index plus 1 of a free entry, 0 none */
	/* Only when all is replayed again: addresses to follow. */
	const struct lr_watch *watch;
	uint32_t looked_at; /* times that all blocks were looked at */
};
enum { LR_LOOKED_AT_MAX = 64 };

struct lr_replay_thread *lr_replay_thread(struct lr_replay *r, uint32_t thread);

/* The block, which is counted, was released by a function of another family. */
void lr_replay_mismatch(
	struct lr_replay *r, const struct lr_block *b, const struct ltf_plain *ev, uint64_t time);
/* Before the event is applied. */
void lr_replay_watch(struct lr_replay *r, uint32_t thread, const struct ltf_plain *ev);
/* After the last event. */
void lr_replay_watched(struct lr_replay *r);

void lr_replay_resource(struct lr_replay *r, const struct ltf_event *ev);
void lr_replay_resources_free(struct lr_replay *r);

#endif
