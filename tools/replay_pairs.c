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

/* The key for one more of that handle; 0 where there are too many. */
static uint64_t one_more(struct lr_replay *r, unsigned kind, uint64_t handle)
{
	struct lr_open_entry *first = is_counted(kind) ? lr_open_find(r, kind, handle) : NULL;
	if (!first)
		return handle;
	if (first->res.pair.more == MORE_MAX) {
		r->tally->missed.over_limit++;
		return 0;
	}
	return key_of(handle, ++first->res.pair.more);
}

/* The key of the one that goes. Of several the last goes first: so they are counted, and which is
 * which nobody knows. */
static uint64_t one_less(struct lr_replay *r, unsigned kind, uint64_t handle)
{
	struct lr_open_entry *first = lr_open_find(r, kind, handle);
	return first && first->res.pair.more ? key_of(handle, first->res.pair.more--) : handle;
}

static void create(struct lr_replay *r, unsigned kind, uint64_t handle, uint64_t bytes,
	uint32_t thread, const struct ltf_event *ev)
{
	uint64_t key = one_more(r, kind, handle);
	if (key)
		lr_open_create(r, kind, key, bytes, thread, ev);
}

/* The same resource by another handle. One that is not known begins here. */
static void move(struct lr_replay *r, unsigned kind, uint32_t thread, const struct ltf_event *ev)
{
	uint64_t old = one_less(r, kind, ev->args[0]);
	if (!lr_open_find(r, kind, old)) {
		create(r, kind, ev->args[2], 0, thread, ev);
		return;
	}
	uint64_t key = one_more(r, kind, ev->args[2]);
	struct lr_open_entry *e = lr_open_find(r, kind, old);
	if (key)
		lr_open_change(r, e, key, e->res.length);
	else
		lr_open_remove(r, e, LR_GONE_LOST, LTF_SITE_NONE);
}

void lr_replay_pair(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	unsigned kind = LR_RES_PAIR + (unsigned)ev->args[1];
	if (ev->args[1] >= LR_RES_PAIRS_MAX)
		r->tally->missed.unknown_events++;
	else if (ev->args[0] >= HANDLES || (ev->id == LTF_RES_PAIR_MOVE && ev->args[2] >= HANDLES))
		lr_open_unknown(r, kind); /* no address */
	else if (ev->id == LTF_RES_PAIR_CREATE)
		create(r, kind, ev->args[0], ev->args[2], thread, ev);
	else if (ev->id == LTF_RES_PAIR_MOVE)
		move(r, kind, thread, ev);
	else
		lr_open_release(r, kind, one_less(r, kind, ev->args[0]), ev);
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
