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
};

void lr_replay_resource(struct lr_replay *r, const struct ltf_event *ev);
void lr_replay_resources_free(struct lr_replay *r);

#endif
