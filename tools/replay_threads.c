/* Threads that are open. A creation is recorded after it, and so is a join: the thread may have
 * run, and have detached itself, before its creator comes to say so; and its handle may be another
 * thread's before the join is recorded. */
#include "tools/replay_parts.h"

#define EARLY_US UINT64_C(5000000)

static void note_early(
	struct lr_replay *r, uint32_t thread, const struct ltf_event *ev, bool joined)
{
	r->early[r->next_early++ % LR_EARLY] = (struct lr_early){.handle = ev->args[0],
		.time = lr_replay_thread(r, thread)->time,
		.site = ev->site,
		.joined = joined};
	lr_open_unknown(r, LR_RES_THREAD);
}

/* What has been said of a thread before its creation was; the latest by that handle. */
static bool take_early(struct lr_replay *r, uint32_t thread, uint64_t handle, struct lr_early *out)
{
	uint64_t now = lr_replay_thread(r, thread)->time;
	for (unsigned i = 0; i < LR_EARLY; i++) {
		struct lr_early *e = &r->early[(r->next_early - 1 - i) % LR_EARLY];
		if (!e->handle || e->handle != handle)
			continue;
		*out = *e;
		e->handle = 0;
		return now < out->time + EARLY_US;
	}
	return false;
}

static void create(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	struct lr_early early;
	struct lr_open_entry *e = lr_open_find(r, LR_RES_THREAD, ev->args[0]);
	uint32_t before = e && !e->res.released ? e->cell + 1 : 0;
	e = lr_open_create(r, LR_RES_THREAD, ev->args[0], 0, thread, ev);
	if (!e)
		return;
	e->res.run.function = ev->nargs > 2 ? ev->args[2] : 0;
	e->numbered = ev->numbered;
	e->number = ev->number;
	e->before = before;
	if (ev->args[1]) { /* detached from the start: nothing is owed */
		lr_open_settle(r, e, LTF_SITE_NONE);
	} else if (take_early(r, thread, ev->args[0], &early)) {
		lr_open_known(r, LR_RES_THREAD);
		if (early.joined)
			lr_open_remove(r, e, LR_GONE_RELEASED, early.site);
		else
			lr_open_settle(r, e, early.site);
	}
}

static void detach(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	struct lr_open_entry *e = lr_open_find(r, LR_RES_THREAD, ev->args[0]);
	if (!e)
		note_early(r, thread, ev, false);
	else if (!e->res.released)
		lr_open_settle(r, e, ev->site);
}

/* Whether the thread was created when the join had begun already: then the one that had its handle
 * before was joined. */
static bool is_later(const struct lr_open_entry *e, const struct ltf_event *ev)
{
	enum { KNOWN = 32 };
	uint64_t before = ev->nargs > 1 ? ev->args[1] : 0;
	return e->before && before >> KNOWN && e->numbered &&
	       (int32_t)(e->number - (uint32_t)before) >= 0;
}

static void join(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	struct lr_open_entry *e = lr_open_find(r, LR_RES_THREAD, ev->args[0]);
	if (!e) {
		note_early(r, thread, ev, true);
	} else if (is_later(e, ev)) {
		lr_resources_found(&r->tally->resources, e->before - 1);
		e->before = 0;
	} else {
		lr_open_remove(r, e, LR_GONE_RELEASED, ev->site);
	}
}

void lr_replay_thread_event(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	if (ev->id == LTF_RES_THREAD_CREATE)
		create(r, thread, ev);
	else if (ev->id == LTF_RES_THREAD_JOIN)
		join(r, thread, ev);
	else
		detach(r, thread, ev);
}
