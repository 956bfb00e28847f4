/* The mappings that are open, by address: private to replay*.c. */
#ifndef LR_REPLAY_MAPPINGS_H
#define LR_REPLAY_MAPPINGS_H

#include <stddef.h>
#include <stdint.h>
#include "tools/util/sorted.h"

/* What an event of a thread has taken out: its next one may put it back, or elsewhere. */
struct lr_open_entry;
struct lr_mapping_taken {
	struct lr_open_entry *list; /* copies */
	size_t used, room;
	uint64_t at;    /* where the event began */
	bool announced; /* by an mremap that is under way */
};

struct lr_mappings {
	struct lr_sorted at; /* start -> index in the list of what is open */
	/* Of those that are in pieces: how many; by number less 1. */
	uint32_t *pieces;
	size_t pieces_used, pieces_room;
	uint32_t *free; /* numbers */
	size_t free_used, free_room;
	/* By thread. */
	struct lr_mapping_taken *taken;
	size_t taken_used, taken_room;
};

#endif
