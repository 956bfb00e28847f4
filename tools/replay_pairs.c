/* Events of what is made by one call and released by another of its own (format/pairs.def). */
#include "tools/model/pairs.h"
#include "tools/replay_parts.h"

#define HANDLES  (UINT64_C(1) << LR_PAIR_HANDLE_BITS)
#define MORE_MAX (UINT64_MAX / HANDLES - 1)

/* The n-th of one handle, from 0, has a key of its own; the first knows how many more there are. */
static uint64_t key_of(uint64_t handle, uint64_t n)
{
	return handle + n * HANDLES;
}

static bool is_counted(unsigned kind)
{
	const struct lr_pair *p = lr_pair_of(kind);
	return p && p->way == LTF_PAIR_COUNTED;
}

static void create(struct lr_replay *r, unsigned kind, uint32_t thread, const struct ltf_event *ev)
{
	struct lr_open_entry *first = is_counted(kind) ? lr_open_find(r, kind, ev->args[0]) : NULL;
	uint64_t more = first ? first->res.pair.more + 1 : 0;
	if (more > MORE_MAX) {
		r->tally->missed.over_limit++;
		return;
	}
	if (first)
		first->res.pair.more = more;
	lr_open_create(r, kind, key_of(ev->args[0], more), ev->args[2], thread, ev);
}

/* Of several the last goes first: so they are counted, and which is which nobody knows. */
static void release(struct lr_replay *r, unsigned kind, const struct ltf_event *ev)
{
	struct lr_open_entry *first = lr_open_find(r, kind, ev->args[0]);
	uint64_t more = first ? first->res.pair.more : 0;
	if (more)
		first->res.pair.more = more - 1;
	lr_open_release(r, kind, key_of(ev->args[0], more), ev);
}

/* The same resource by another handle. One that is not known begins here. */
static void move(struct lr_replay *r, unsigned kind, uint32_t thread, const struct ltf_event *ev)
{
	struct ltf_event made = *ev;
	struct lr_open_entry *e = lr_open_find(r, kind, ev->args[0]);
	if (e && !e->res.pair.more) {
		lr_open_change(r, e, ev->args[2], e->res.length);
		return;
	}
	if (e)
		release(r, kind, ev);
	made.args[0] = ev->args[2];
	made.args[2] = 0;
	create(r, kind, thread, &made);
}

void lr_replay_pair(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	unsigned kind = LR_RES_PAIR + (unsigned)ev->args[1];
	if (ev->args[1] >= LR_RES_PAIRS_MAX)
		r->tally->missed.unknown_events++;
	else if (ev->args[0] >= HANDLES || (ev->id == LTF_RES_PAIR_MOVE && ev->args[2] >= HANDLES))
		lr_open_unknown(r, kind); /* no address */
	else if (ev->id == LTF_RES_PAIR_CREATE)
		create(r, kind, thread, ev);
	else if (ev->id == LTF_RES_PAIR_MOVE)
		move(r, kind, thread, ev);
	else
		release(r, kind, ev);
}

void lr_replay_stream(struct lr_replay *r, const struct ltf_event *ev)
{
	if (ev->id != LTF_RES_FD_CLOSE || !ev->args[2])
		return;
	for (unsigned kind = LR_RES_PAIR; kind < LR_RES_KINDS; kind++) {
		const struct lr_pair *p = lr_pair_of(kind);
		if (p && p->way == LTF_PAIR_STREAM && lr_open_find(r, kind, ev->args[2]))
			lr_open_release(r, kind, ev->args[2], ev);
	}
}
