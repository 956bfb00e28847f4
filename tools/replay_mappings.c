/* Events of mappings and shared memory. */
#include "tools/replay_parts.h"

static void map(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	struct lr_open_entry *e =
		lr_open_create(r, LR_RES_MAPPING, ev->args[0], ev->args[1], thread, ev);
	if (!e)
		return;
	e->res.mapping.prot = ev->args[2] >> 32;
	e->res.mapping.flags = ev->args[2] & UINT32_MAX;
}

/* munmap may cut a mapping's beginning off; what is left keeps its place. Other cuts are not
 * followed: the mapping stays whole. */
static void unmap(struct lr_replay *r, const struct ltf_event *ev)
{
	uint64_t addr = ev->args[0], length = ev->args[1];
	struct lr_open_entry *e = lr_open_find(r, LR_RES_MAPPING, addr);
	if (e && e->res.length > length)
		lr_open_change(r, e, addr + length, e->res.length - length);
	else if (e)
		lr_open_remove(r, e, LR_GONE_RELEASED, ev->site);
}

static void attach(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	struct lr_open_entry *e =
		lr_open_create(r, LR_RES_MAPPING, ev->args[0], ev->args[1], thread, ev);
	if (e)
		e->res.mapping.segment = ev->args[2] + 1;
}

void lr_replay_mapping(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	struct lr_open_entry *e;
	switch (ev->id) {
	case LTF_RES_MMAP:
		map(r, thread, ev);
		break;
	case LTF_RES_MUNMAP:
		unmap(r, ev);
		break;
	case LTF_RES_MREMAP:
		e = lr_open_find(r, LR_RES_MAPPING, ev->args[0]);
		if (e)
			lr_open_change(r, e, ev->args[2], ev->args[3]);
		break;
	case LTF_RES_SHM_ATTACH:
		attach(r, thread, ev);
		break;
	case LTF_RES_SHM_DETACH:
		lr_open_release(r, LR_RES_MAPPING, ev->args[0], ev);
		break;
	default:
		break;
	}
}
