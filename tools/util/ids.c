#include "tools/util/ids.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

enum { LEAST = 1024, SPARSE = 4 };

uint32_t lr_ids_far(const struct lr_ids *ids, uint32_t id)
{
	const uint32_t *at = lr_map_find(&ids->far, id);
	return at ? *at : LR_NO_ID;
}

/* Moves what the array now covers from the map to it. */
static void draw_near(struct lr_ids *ids)
{
	struct lr_map old = ids->far;
	ids->far = (struct lr_map){0};
	for (size_t i = 0; old.slots && i <= old.mask; i++) {
		const struct lr_map_slot *s = &old.slots[i];
		if (s->taken && s->key < ids->room)
			ids->near[s->key] = s->value + 1;
		else if (s->taken)
			*lr_map_put(&ids->far, s->key, NULL) = s->value;
	}
	lr_map_free(&old);
}

static void grow(struct lr_ids *ids, uint32_t id)
{
	size_t room = ids->room ? ids->room * 2 : LEAST;
	if (room <= id)
		room = (size_t)id + 1;
	ids->near = lr_resize(ids->near, room, sizeof(*ids->near));
	memset(ids->near + ids->room, 0, (room - ids->room) * sizeof(*ids->near));
	ids->room = room;
	if (ids->far.used)
		draw_near(ids);
}

void lr_ids_put(struct lr_ids *ids, uint32_t id, uint32_t index, size_t things)
{
	if (id >= ids->room && id / SPARSE < things + LEAST)
		grow(ids, id);
	if (id < ids->room)
		ids->near[id] = index + 1;
	else
		*lr_map_put(&ids->far, id, NULL) = index;
}

void lr_ids_free(struct lr_ids *ids)
{
	free(ids->near);
	lr_map_free(&ids->far);
	*ids = (struct lr_ids){0};
}
