#include "tools/view/rising.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

/* The run in thirds: in each there must have been some; and the last came in its last quarter. */
enum { PARTS = 3, LAST_PART = 4 };
/* So many more are growth, however few events there were. */
enum { LARGE = 32 };

static double at(const struct lr_history *h, size_t i, bool timed)
{
	return (double)(timed ? h->moments[i].time : h->moments[i].events);
}

/* What was never released rises wherever one is opened. */
static bool opened_all_along(
	const struct lr_history *h, const struct lr_dense *site, size_t used, bool timed)
{
	double end = at(h, used - 1, timed), last_rise = 0;
	bool rose[PARTS] = {false};
	for (size_t i = 0; i < used; i++) {
		if (site->last[i] <= (i ? site->last[i - 1] : 0))
			continue;
		last_rise = at(h, i, timed);
		size_t part = end > 0 ? (size_t)(last_rise / end * PARTS) : 0;
		rose[part < PARTS ? part : PARTS - 1] = true;
	}
	for (int i = 0; i < PARTS; i++)
		if (!rose[i])
			return false;
	return last_rise >= end - end / LAST_PART;
}

/* Where counts are small one abscissa alone may be wrong: the other must not say otherwise. */
static bool is_growing(const struct lr_growth *g)
{
	const enum lr_trend_kind kinds[] = {g->events.kind, g->timed ? g->time.kind : g->kind};
	for (int i = 0; i < 2; i++)
		if (kinds[i] == LR_TREND_SLOWING || kinds[i] == LR_TREND_RETURNED ||
			kinds[i] == LR_TREND_STEADY)
			return false;
	return g->kind == LR_TREND_GROWING;
}

void lr_rising_judge(const struct lr_history *h, const struct lr_dense *site, size_t used,
	bool ever_released, const struct lr_rising_settings *s, struct lr_rising *out)
{
	const struct lr_trend_settings trend = {
		.least = s->least > 1 ? s->least : 1, .confidence = s->confidence, .large = LARGE};
	*out = (struct lr_rising){0};
	if (used == 0 || site->last[used - 1] < s->least)
		return;
	lr_growth_judge(h, site, used, &trend, &out->growth);
	out->timed = out->growth.timed;
	out->open = (uint64_t)site->last[used - 1];
	out->all_along = !ever_released && opened_all_along(h, site, used, out->timed);
	out->rising = out->all_along || is_growing(&out->growth);
	out->grown = is_growing(&out->growth) ? out->growth.grown : (double)out->open;
	out->since = is_growing(&out->growth) ? out->growth.from_time : 0;
	out->confidence = out->all_along ? 1 : out->growth.confidence;
	double seconds = ((double)h->moments[used - 1].time - out->since) / 1e6;
	out->per_second = out->timed && seconds > 0 ? out->grown / seconds : 0;
}

static int by_frame(const void *pa, const void *pb)
{
	const struct lr_track *const *a = pa, *const *b = pb;
	return (*a)->frame < (*b)->frame ? -1 : (*a)->frame > (*b)->frame;
}

/* A dump's tracks of the kind. */
struct tracks {
	const struct lr_track **list;
	size_t used, room;
};

static void find_tracks(const struct lr_history *h, unsigned kind, struct tracks *t)
{
	t->used = 0;
	for (size_t i = 0; i < h->tracks_used; i++) {
		if (h->tracks[i].kind != kind || h->tracks[i].used == 0)
			continue;
		LR_GROW(t->list, t->used, t->room);
		t->list[t->used++] = &h->tracks[i];
	}
	if (t->used)
		qsort(t->list, t->used, sizeof(*t->list), by_frame);
}

/* False: none of them was ever released. */
static bool find_resource(
	const struct lr_model *m, unsigned kind, uint32_t frame, struct lr_rising_site *out)
{
	bool released = false;
	for (uint32_t i = 0; i < m->resources_used; i++) {
		const struct lr_resource_site *r = &m->resources[i];
		if (r->kind != kind || r->frame != frame)
			continue;
		out->resource = i;
		released = released || r->released || r->lost;
	}
	return released;
}

static void judge_dump(const struct lr_model *m, uint32_t dump, unsigned kind,
	const struct lr_rising_settings *s, struct lr_rising_sites *out, struct tracks *t,
	struct lr_dense *values)
{
	const struct lr_dump *d = &m->dumps[dump];
	const struct lr_history *h = &d->resource_history;
	memset(values, 0, sizeof(*values));
	for (size_t i = 0; i < t->used; i++)
		lr_track_add(h, t->list[i], values);
	size_t judged = d->header.state == LTF_STATE_FINISHED ? lr_growth_end(h, values) : h->used;
	for (size_t i = 0; i < t->used;) {
		struct lr_rising_site site = {.dump = dump, .frame = t->list[i]->frame};
		memset(values, 0, sizeof(*values));
		for (; i < t->used && t->list[i]->frame == site.frame; i++)
			lr_track_add(h, t->list[i], values);
		bool released = find_resource(m, kind, site.frame, &site);
		lr_rising_judge(h, values, judged, released, s, &site.rising);
		if (!site.rising.rising)
			continue;
		LR_GROW(out->list, out->used, out->room);
		out->list[out->used++] = site;
	}
}

void lr_rising_make(const struct lr_model *m, unsigned kind, const struct lr_rising_settings *s,
	struct lr_rising_sites *out)
{
	struct lr_dense *values = lr_calloc(1, sizeof(*values));
	struct tracks t = {0};
	*out = (struct lr_rising_sites){0};
	for (uint32_t d = 0; d < m->dumps_used; d++) {
		find_tracks(&m->dumps[d].resource_history, kind, &t);
		if (t.used)
			judge_dump(m, d, kind, s, out, &t, values);
	}
	free(t.list);
	free(values);
}

void lr_rising_free(struct lr_rising_sites *s)
{
	free(s->list);
	*s = (struct lr_rising_sites){0};
}
