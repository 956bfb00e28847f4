/* Threads, timers and mappings: opened at one place, closed by handle. */
#include "tools/replay_parts.h"

#include <stdlib.h>
#include "tools/util/mem.h"

static void open_one(
	struct lr_replay *r, enum lr_resource kind, uint64_t handle, uint64_t length, uint32_t site)
{
	uint32_t cell;
	struct lr_resource_cell *c = lr_tally_resource(r->tally, kind, site, &cell);
	if (!c)
		return;
	c->created++;
	if (r->open_used >= r->tally->limits->resources && !r->free_open) {
		r->tally->missed.over_limit++;
		return;
	}
	bool fresh;
	uint32_t *at = lr_map_put(&r->open_of[kind], handle, &fresh);
	if (fresh) {
		if (r->free_open) {
			*at = r->free_open - 1;
			r->free_open = r->open[*at].next_free;
		} else {
			LR_GROW(r->open, r->open_used, r->open_room);
			*at = (uint32_t)r->open_used++;
		}
	} else { /* the handle is used again: its release was not seen */
		struct lr_open_resource *old = &r->open[*at];
		r->tally->resources[old->cell].open--;
		r->tally->resources[old->cell].open_bytes -= old->length;
	}
	r->open[*at] = (struct lr_open_resource){.length = length, .cell = cell};
	c->open++;
	c->open_bytes += length;
}

static bool close_one(struct lr_replay *r, enum lr_resource kind, uint64_t handle, uint32_t *cell,
	uint64_t *length)
{
	const uint32_t *at = lr_map_find(&r->open_of[kind], handle);
	if (!at)
		return false;
	uint32_t i = *at;
	struct lr_resource_cell *c = &r->tally->resources[r->open[i].cell];
	*cell = r->open[i].cell;
	*length = r->open[i].length;
	c->open--;
	c->open_bytes -= *length;
	lr_map_remove(&r->open_of[kind], handle);
	r->open[i].next_free = r->free_open;
	r->free_open = i + 1;
	return true;
}

static void released(struct lr_replay *r, enum lr_resource kind, uint64_t handle)
{
	uint32_t cell;
	uint64_t length;
	if (close_one(r, kind, handle, &cell, &length))
		r->tally->resources[cell].released++;
}

/* munmap may cut a mapping's beginning or end off; what is left keeps its place. A cut from the
 * middle is not followed: the mapping stays whole. */
static void unmap(struct lr_replay *r, uint64_t addr, uint64_t length)
{
	const uint32_t *at = lr_map_find(&r->open_of[LR_RES_MAPPING], addr);
	if (!at)
		return;
	if (r->open[*at].length <= length) {
		released(r, LR_RES_MAPPING, addr);
		return;
	}
	uint32_t cell, site;
	uint64_t whole;
	close_one(r, LR_RES_MAPPING, addr, &cell, &whole);
	site = r->tally->resources[cell].site;
	open_one(r, LR_RES_MAPPING, addr + length, whole - length, site);
	r->tally->resources[cell].created--;
}

static void remap(struct lr_replay *r, const struct ltf_event *ev)
{
	uint32_t cell, site;
	uint64_t length;
	if (!close_one(r, LR_RES_MAPPING, ev->args[0], &cell, &length))
		return;
	site = r->tally->resources[cell].site;
	open_one(r, LR_RES_MAPPING, ev->args[2], ev->args[3], site);
	r->tally->resources[cell].created--;
}

void lr_replay_resource(struct lr_replay *r, const struct ltf_event *ev)
{
	uint64_t handle = ev->args[0];
	switch (ev->id) {
	case LTF_RES_THREAD_CREATE:
		open_one(r, LR_RES_THREAD, handle, 0, ev->site);
		if (ev->args[1]) /* detached from the start: nothing is owed */
			released(r, LR_RES_THREAD, handle);
		break;
	case LTF_RES_THREAD_JOIN:
	case LTF_RES_THREAD_DETACH:
		released(r, LR_RES_THREAD, handle);
		break;
	case LTF_RES_TIMER_CREATE:
		open_one(r, LR_RES_TIMER, handle, 0, ev->site);
		break;
	case LTF_RES_TIMER_DELETE:
		released(r, LR_RES_TIMER, handle);
		break;
	case LTF_RES_MMAP:
		open_one(r, LR_RES_MAPPING, handle, ev->args[1], ev->site);
		break;
	case LTF_RES_MUNMAP:
		unmap(r, handle, ev->args[1]);
		break;
	case LTF_RES_MREMAP:
		remap(r, ev);
		break;
	case LTF_RES_IGNORE: /* the scan's matter */
		break;
	default:
		r->tally->missed.unknown_events++;
	}
}

void lr_replay_resources_free(struct lr_replay *r)
{
	for (int k = 0; k < LR_RES_KINDS; k++)
		lr_map_free(&r->open_of[k]);
	free(r->open);
}
