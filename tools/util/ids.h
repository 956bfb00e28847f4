/* From the ids that a dump gives its things to our indexes. Ids are keys and may be any, but a
 * tracer counts them up: those that are not far beyond how many there are stand in an array, the
 * others in a map. */
#ifndef LR_IDS_H
#define LR_IDS_H

#include <stdint.h>
#include "tools/util/map.h"

enum { LR_NO_ID = UINT32_MAX };

/* All zero is empty. */
struct lr_ids {
	uint32_t *near; /* index plus 1, 0 none */
	size_t room;
	struct lr_map far;
};

uint32_t lr_ids_far(const struct lr_ids *ids, uint32_t id);

/* The index of an id, or LR_NO_ID. */
static inline uint32_t lr_ids_get(const struct lr_ids *ids, uint32_t id)
{
	if (id < ids->room && ids->near[id])
		return ids->near[id] - 1;
	return ids->far.used ? lr_ids_far(ids, id) : LR_NO_ID;
}

/* index is below LR_NO_ID. The id must be new. things: how many of what has such ids are known; the
 * array grows in proportion to it. */
void lr_ids_put(struct lr_ids *ids, uint32_t id, uint32_t index, size_t things);
void lr_ids_free(struct lr_ids *ids);

#endif
