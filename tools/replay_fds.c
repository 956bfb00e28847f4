/* Events of descriptors. */
#include "tools/replay_parts.h"

#define NUMBERS (UINT64_C(1) << 31) /* of descriptors: an int */

static void open_fd(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	uint64_t number = ev->args[0];
	struct lr_open_entry *old = lr_open_find(r, LR_RES_DESCRIPTOR, number);
	if (old && ev->args[3] & LTF_FD_REPLACES)
		lr_open_remove(r, old, LR_GONE_RELEASED, ev->site);
	struct lr_open_entry *e = lr_open_create(r, LR_RES_DESCRIPTOR, number, 0, thread, ev);
	if (!e)
		return;
	e->res.fd.what = ev->args[1] < LTF_FD_KINDS ? (uint8_t)ev->args[1] : LTF_FD_OTHER;
	e->res.fd.detail = ev->args[2];
	e->res.fd.flags = (uint8_t)ev->args[3];
	if (e->res.fd.what == LTF_FD_FILE || e->res.fd.what == LTF_FD_DIRECTORY)
		e->res.fd.owner = ev->args[2];
}

static void close_fd(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	bool known = lr_open_find(r, LR_RES_DESCRIPTOR, ev->args[0]) != NULL;
	r->unknown_close = known ? 0 : (uint64_t)thread << 32 | (ev->args[0] + 1);
	lr_open_release(r, LR_RES_DESCRIPTOR, ev->args[0], ev);
}

/* There was no such descriptor: what seemed to be of unknown origin was nothing. */
static void close_failed(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	struct lr_resource_total *t = &r->tally->resources.total[LR_RES_DESCRIPTOR];
	if (r->unknown_close != ((uint64_t)thread << 32 | (ev->args[0] + 1)))
		return;
	r->unknown_close = 0;
	if (r->inherits)
		t->inherited_releases--;
	else
		t->unknown_releases--;
}

/* What was open when the dump began. */
static void inherit(struct lr_replay *r, const struct ltf_event *ev)
{
	uint64_t first = ev->args[0], last = ev->args[1];
	if (last < first || last - first >= r->tally->limits->resources) {
		r->tally->missed.damaged_events++;
		return;
	}
	for (uint64_t number = first; number <= last; number++)
		lr_open_inherit(r, LR_RES_DESCRIPTOR, number);
}

void lr_replay_fd(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	struct lr_open_entry *e;
	if (ev->args[0] >= NUMBERS) {
		r->tally->missed.damaged_events++;
		return;
	}
	lr_replay_fd_wrong(r, thread, ev);
	switch (ev->id) {
	case LTF_RES_FD_OPEN:
		open_fd(r, thread, ev);
		break;
	case LTF_RES_FD_CLOSE:
		close_fd(r, thread, ev);
		break;
	case LTF_RES_FD_CLOSE_FAILED:
		close_failed(r, thread, ev);
		break;
	case LTF_RES_FD_CLOSE_RANGE:
		lr_open_release_range(r, LR_RES_DESCRIPTOR, ev->args[0], ev->args[1], ev);
		break;
	case LTF_RES_FD_STREAM:
		e = lr_open_find(r, LR_RES_DESCRIPTOR, ev->args[0]);
		if (e)
			e->res.fd.owner = ev->args[1];
		break;
	case LTF_RES_FD_INHERITED:
		inherit(r, ev);
		break;
	}
}
