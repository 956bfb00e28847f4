/* The resources that are open, by kind and handle. Handles are used again: one that comes a second
 * time without a release in between was released in a way that no hook sees. Each kind's entries
 * are a list in order of their making, so that ranges and moments need not look at the others. */
#include "tools/replay_parts.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

#define IN_VAIN_MAX (UINT64_C(1) << 28) /* entries: beyond it ranges are not followed */

struct lr_open_entry *lr_open_find(struct lr_replay *r, unsigned kind, uint64_t handle)
{
	const uint32_t *at = lr_map_find(&r->opens.of[kind], handle);
	return at ? &r->opens.list[*at] : NULL;
}

static void append(struct lr_opens *o, uint32_t i)
{
	struct lr_open_entry *e = &o->list[i];
	unsigned kind = e->res.kind;
	e->prev = o->last[kind];
	e->next = 0;
	if (e->prev)
		o->list[e->prev - 1].next = i + 1;
	else
		o->first[kind] = i + 1;
	o->last[kind] = i + 1;
	o->open[kind]++;
	o->count++;
}

static void take_out(struct lr_opens *o, uint32_t i)
{
	struct lr_open_entry *e = &o->list[i];
	unsigned kind = e->res.kind;
	if (e->prev)
		o->list[e->prev - 1].next = e->next;
	else
		o->first[kind] = e->next;
	if (e->next)
		o->list[e->next - 1].prev = e->prev;
	else
		o->last[kind] = e->prev;
	o->open[kind]--;
	o->count--;
	*e = (struct lr_open_entry){.next = o->free};
	o->free = i + 1;
}

/* Its counters say that it is gone. */
static void uncount(
	struct lr_replay *r, const struct lr_open_entry *e, enum lr_gone how, uint32_t site)
{
	struct lr_resources *res = &r->tally->resources;
	if (e->res.inherited)
		lr_resources_inherited_gone(res, e->res.kind);
	if (e->cell == LR_NO_CELL || e->res.released)
		return;
	lr_resources_gone(res, e->cell, e->res.length, how);
	if (how == LR_GONE_RELEASED && site != LTF_SITE_NONE)
		lr_resources_release(res, e->cell, site, r->tally->limits);
}

void lr_open_remove(struct lr_replay *r, struct lr_open_entry *e, enum lr_gone how, uint32_t site)
{
	uncount(r, e, how, site);
	lr_map_remove(&r->opens.of[e->res.kind], e->res.handle);
	take_out(&r->opens, (uint32_t)(e - r->opens.list));
}

/* What is there by that handle went unseen. */
static void make_way(struct lr_replay *r, unsigned kind, uint64_t handle)
{
	struct lr_open_entry *old = lr_open_find(r, kind, handle);
	if (old)
		lr_open_remove(r, old, LR_GONE_LOST, LTF_SITE_NONE);
}

static struct lr_open_entry *add(struct lr_replay *r, const struct lr_open_entry *what)
{
	struct lr_opens *o = &r->opens;
	if (o->count >= r->tally->limits->resources) {
		r->tally->missed.over_limit++;
		return NULL;
	}
	uint32_t i = o->free ? o->free - 1 : (uint32_t)o->used;
	if (o->free) {
		o->free = o->list[i].next;
	} else {
		LR_GROW(o->list, o->used, o->room);
		o->used++;
	}
	o->list[i] = *what;
	append(o, i);
	*lr_map_put(&o->of[what->res.kind], what->res.handle, NULL) = i;
	return &o->list[i];
}

struct lr_open_entry *lr_open_create(struct lr_replay *r, unsigned kind, uint64_t handle,
	uint64_t length, uint32_t thread, const struct ltf_event *ev)
{
	struct lr_tally *t = r->tally;
	uint64_t time = lr_replay_thread(r, thread)->time;
	struct lr_open_entry e = {.cell = LR_NO_CELL,
		.res = {.handle = handle,
			.length = length,
			.created = time,
			.site = ev->site,
			.thread = thread,
			.kind = (uint8_t)kind}};
	make_way(r, kind, handle);
	t->resources.allocations = t->total.allocations;
	if (time >= t->selection.from && time < t->selection.to) {
		e.cell = lr_resources_cell(&t->resources, kind, ev->site,
			t->selection.by_thread ? thread : 0, t->limits);
		t->missed.over_limit += e.cell == LR_NO_CELL;
	}
	struct lr_open_entry *at = add(r, &e);
	if (e.cell != LR_NO_CELL) {
		lr_resources_opened(&t->resources, e.cell, length, time, true);
		if (!at)
			lr_resources_gone(&t->resources, e.cell, length, LR_GONE_LOST);
	}
	return at;
}

void lr_open_inherit(struct lr_replay *r, unsigned kind, uint64_t handle)
{
	struct lr_open_entry e = {.cell = LR_NO_CELL,
		.res = {.handle = handle, .kind = (uint8_t)kind, .inherited = true}};
	if (!lr_open_find(r, kind, handle) && add(r, &e))
		lr_resources_inherited(&r->tally->resources, kind);
}

struct lr_open_entry *lr_open_part(
	struct lr_replay *r, const struct lr_open_entry *e, uint64_t handle, uint64_t length)
{
	struct lr_open_entry part = *e;
	part.res.handle = handle;
	part.res.length = length;
	make_way(r, part.res.kind, handle);
	struct lr_open_entry *at = add(r, &part);
	if (at && part.res.inherited)
		lr_resources_inherited(&r->tally->resources, part.res.kind);
	else if (at && part.cell != LR_NO_CELL)
		lr_resources_opened(
			&r->tally->resources, part.cell, length, part.res.created, false);
	return at;
}

void lr_open_change(struct lr_replay *r, struct lr_open_entry *e, uint64_t handle, uint64_t length)
{
	struct lr_resources *res = &r->tally->resources;
	uint32_t i = (uint32_t)(e - r->opens.list);
	unsigned kind = e->res.kind;
	if (e->res.handle != handle) {
		make_way(r, kind, handle);
		lr_map_remove(&r->opens.of[kind], e->res.handle);
		*lr_map_put(&r->opens.of[kind], handle, NULL) = i;
	}
	if (e->cell != LR_NO_CELL && !e->res.released) {
		lr_resources_gone(res, e->cell, e->res.length, LR_GONE_ON);
		lr_resources_opened(res, e->cell, length, e->res.created, false);
	}
	e->res.handle = handle;
	e->res.length = length;
}

void lr_open_settle(struct lr_replay *r, struct lr_open_entry *e, uint32_t site)
{
	uncount(r, e, LR_GONE_RELEASED, site);
	e->res.released = true;
}

void lr_open_unknown(struct lr_replay *r, unsigned kind)
{
	struct lr_resource_total *t = &r->tally->resources.total[kind];
	if (r->inherits)
		t->inherited_releases++;
	else
		t->unknown_releases++;
}

void lr_open_known(struct lr_replay *r, unsigned kind)
{
	struct lr_resource_total *t = &r->tally->resources.total[kind];
	if (r->inherits)
		t->inherited_releases--;
	else
		t->unknown_releases--;
}

void lr_open_release(
	struct lr_replay *r, unsigned kind, uint64_t handle, const struct ltf_event *ev)
{
	struct lr_open_entry *e = lr_open_find(r, kind, handle);
	if (e)
		lr_open_remove(r, e, LR_GONE_RELEASED, ev->site);
	else
		lr_open_unknown(r, kind);
}

void lr_open_release_range(struct lr_replay *r, unsigned kind, uint64_t first, uint64_t last,
	const struct ltf_event *ev)
{
	struct lr_opens *o = &r->opens;
	if (last < first)
		return;
	if (last - first < o->open[kind]) {
		for (uint64_t h = first; h <= last; h++) {
			struct lr_open_entry *e = lr_open_find(r, kind, h);
			if (e)
				lr_open_remove(r, e, LR_GONE_RELEASED, ev->site);
		}
		return;
	}
	for (uint32_t at = o->first[kind], next; at; at = next) {
		struct lr_open_entry *e = &o->list[at - 1];
		next = e->next;
		if (e->res.handle >= first && e->res.handle <= last) {
			lr_open_remove(r, e, LR_GONE_RELEASED, ev->site);
		} else if (++o->in_vain > IN_VAIN_MAX) {
			r->tally->missed.over_limit++;
			return;
		}
	}
}

static bool is_listed(const struct lr_open_entry *e)
{
	return e->cell != LR_NO_CELL || e->res.inherited;
}

static void list_open(struct lr_replay *r, struct lr_open_at *at)
{
	struct lr_resources *res = &r->tally->resources;
	const struct lr_opens *o = &r->opens;
	size_t limit = r->tally->limits->resources;
	limit = res->listed < limit ? limit - res->listed : 0;
	at->cut = o->count > limit;
	at->list = lr_calloc(o->count < limit ? o->count : limit, sizeof(*at->list));
	for (unsigned kind = 0; kind < LR_RES_KINDS; kind++)
		for (uint32_t i = o->first[kind]; i && at->used < limit; i = o->list[i - 1].next)
			if (is_listed(&o->list[i - 1]))
				at->list[at->used++] = o->list[i - 1].res;
	res->listed += at->used;
}

void lr_open_note(struct lr_replay *r, const struct lr_scan *scan, bool list)
{
	struct lr_resources *res = &r->tally->resources;
	struct lr_open_at at = {.scan = scan ? scan->number : LR_OPEN_END};
	struct lr_open_sum sums[LR_RES_KINDS];
	for (unsigned k = 0; k < LR_RES_KINDS; k++) {
		struct lr_open_sum *s = &sums[at.sums_used];
		*s = (struct lr_open_sum){.kind = (uint8_t)k,
			.open = res->total[k].open,
			.bytes = res->total[k].open_bytes};
		if (scan)
			lr_open_compare(r, scan, s);
		at.sums_used += s->open || s->found;
	}
	at.sums = lr_calloc(at.sums_used, sizeof(*at.sums));
	if (at.sums_used)
		memcpy(at.sums, sums, at.sums_used * sizeof(*at.sums));
	if (list)
		list_open(r, &at);
	LR_GROW(res->at, res->at_used, res->at_room);
	res->at[res->at_used++] = at;
}

/* Only the latest list is kept of those that may be the last. */
static void forget_lists(struct lr_resources *res)
{
	for (size_t i = 0; i < res->at_used; i++) {
		free(res->at[i].list);
		res->at[i].list = NULL;
		res->at[i].used = 0;
	}
	res->listed = 0;
}

static bool is_last(uint32_t keep)
{
	return keep == LR_SCANS_LAST || keep == LR_SCANS_LAST_OF_FEW;
}

void lr_replay_note_scans(struct lr_replay *r, const struct lr_scans *scans)
{
	uint32_t wanted = r->tally->selection.open_at;
	bool last = is_last(scans->keep) || is_last(wanted);
	for (; r->scans_noted < scans->used; r->scans_noted++) {
		const struct lr_scan *scan = &scans->scan[r->scans_noted];
		uint32_t number = scan->number;
		if (last)
			forget_lists(&r->tally->resources);
		lr_open_note(r, scan,
			last || scans->keep == LR_SCANS_ALL || scans->keep == number ||
				wanted == number);
	}
}

void lr_opens_free(struct lr_opens *o)
{
	for (unsigned k = 0; k < LR_RES_KINDS; k++)
		lr_map_free(&o->of[k]);
	free(o->list);
}
