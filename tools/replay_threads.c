/* Threads that are open. A creation is recorded after it, and so is a join: the thread may have
 * run, and have detached itself, before its creator comes to say so; and its handle may be another
 * thread's before the join is recorded. */
#include "tools/replay_parts.h"

#define EARLY_US UINT64_C(5000000)

static struct lr_early early_of(
	struct lr_replay *r, uint32_t thread, const struct ltf_event *ev, bool joined)
{
	return (struct lr_early){.handle = ev->args[0],
		.time = lr_replay_thread(r, thread)->time,
		.site = ev->site,
		.joined = joined};
}

static void add_early(struct lr_replay *r, const struct lr_early *early)
{
	r->early[r->next_early++ % LR_EARLY] = *early;
	if (early->counted)
		lr_open_unknown(r, LR_RES_THREAD);
}

static void note_early(
	struct lr_replay *r, uint32_t thread, const struct ltf_event *ev, bool joined)
{
	struct lr_early early = early_of(r, thread, ev, joined);
	early.counted = !lr_open_find(r, LR_RES_THREAD, ev->args[0]);
	add_early(r, &early);
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

/* What was taken for its own was another thread's: that of one that is not known yet. */
static void put_back(struct lr_replay *r, struct lr_open_entry *e)
{
	if (e->assumed.handle)
		add_early(r, &e->assumed);
	e->assumed.handle = 0;
}

static void note_owed(struct lr_replay *r, const struct ltf_event *ev)
{
	const struct lr_open_entry *e = lr_open_find(r, LR_RES_THREAD, ev->args[0]);
	if (e && !e->res.released && e->cell != LR_NO_CELL && ev->numbered)
		r->owed[r->next_owed++ % LR_EARLY] = (struct lr_owed){
			.handle = ev->args[0], .number = ev->number, .cell = e->cell};
}

/* Whether the join had begun when another thread was created by the handle: then it is of the one
 * before. */
static bool take_owed(struct lr_replay *r, const struct ltf_event *ev)
{
	enum { KNOWN = 32 };
	uint64_t before = ev->nargs > 1 ? ev->args[1] : 0;
	for (unsigned i = 0; before >> KNOWN && i < LR_EARLY; i++) {
		struct lr_owed *o = &r->owed[i];
		if (o->handle != ev->args[0] || (int32_t)(o->number - (uint32_t)before) < 0)
			continue;
		lr_resources_found(&r->tally->resources, o->cell);
		o->handle = 0;
		return true;
	}
	return false;
}

static void create(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	struct lr_early early;
	note_owed(r, ev);
	struct lr_open_entry *e = lr_open_create(r, LR_RES_THREAD, ev->args[0], 0, thread, ev);
	if (!e)
		return;
	e->res.run.function = ev->nargs > 2 ? ev->args[2] : 0;
	if (ev->args[1]) { /* detached from the start: nothing is owed */
		lr_open_settle(r, e, LTF_SITE_NONE);
	} else if (take_early(r, thread, ev->args[0], &early)) {
		if (early.counted)
			lr_open_known(r, LR_RES_THREAD);
		if (early.joined)
			lr_open_remove(r, e, LR_GONE_RELEASED, early.site);
		else
			lr_open_settle(r, e, early.site);
		if (!early.joined)
			e->assumed = early;
	}
}

/* A thread is detached or joined once: where it comes again, the next one by that handle is meant.
 * Who detaches another thread knows it from its creator, who has said so by then. */
static bool is_done(const struct lr_open_entry *e)
{
	return !e || e->res.released;
}

static void detach(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	struct lr_open_entry *e = lr_open_find(r, LR_RES_THREAD, ev->args[0]);
	bool by_itself = ev->nargs > 1 && ev->args[1];
	if (!is_done(e)) {
		lr_open_settle(r, e, ev->site);
		if (by_itself) /* or the next one by its handle, if it was joined meanwhile */
			e->assumed = early_of(r, thread, ev, false);
	} else if (by_itself) {
		note_early(r, thread, ev, false);
	} else if (!e) {
		lr_open_unknown(r, LR_RES_THREAD);
	} else {
		put_back(r, e);
	}
}

static void join(struct lr_replay *r, uint32_t thread, const struct ltf_event *ev)
{
	if (ev->args[0] && take_owed(r, ev))
		return;
	struct lr_open_entry *e = lr_open_find(r, LR_RES_THREAD, ev->args[0]);
	if (is_done(e) && !(e && e->assumed.handle)) {
		note_early(r, thread, ev, true);
		return;
	}
	put_back(r, e);
	lr_open_remove(r, e, LR_GONE_RELEASED, ev->site);
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
