#include "tools/model/history.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

#define UNKNOWN UINT64_MAX /* low of a point whose interval has not ended for its site */

void lr_history_init(struct lr_history *h, uint64_t threshold)
{
	*h = (struct lr_history){.epoch = 1,
		.event_step = 1,
		.time_step = 1000,
		.next_event = 1,
		.next_time = 1000,
		.threshold = threshold ? threshold : 1,
		.points_max = LR_HISTORY_POINTS};
}

void lr_history_free(struct lr_history *h)
{
	for (size_t i = 0; i < h->tracks_used; i++)
		free(h->tracks[i].points);
	free(h->tracks);
	h->tracks = NULL;
	h->tracks_used = h->tracks_room = 0;
}

static bool joined(const struct lr_history *h, const struct lr_moment *a, const struct lr_moment *b)
{
	return a->time / h->time_step == b->time / h->time_step &&
	       a->events / h->event_step == b->events / h->event_step;
}

/* The points of intervals that are joined are joined. */
static void remap(struct lr_history *h, struct lr_track *t, const uint32_t *map)
{
	uint32_t to = 0;
	for (uint32_t i = 0; i < t->used; i++) {
		struct lr_point p = t->points[i];
		p.moment = map[p.moment];
		if (to > 0 && t->points[to - 1].moment == p.moment) {
			struct lr_point *into = &t->points[to - 1];
			into->low = into->low < p.low ? into->low : p.low;
			into->last = p.last;
			into->blocks = p.blocks;
		} else {
			t->points[to++] = p;
		}
	}
	h->points -= t->used - to;
	t->used = to;
}

static void coarsen(struct lr_history *h)
{
	uint32_t map[LR_MOMENTS_MAX + 1];
	const struct lr_moment end = h->moments[h->used - 1];
	size_t to = 0;
	if (end.events / h->event_step > end.time / h->time_step)
		h->event_step *= 2;
	else
		h->time_step *= 2;
	for (size_t i = 0; i < h->used; i++) {
		map[i] = (uint32_t)to;
		if (i + 1 == h->used || !joined(h, &h->moments[i], &h->moments[i + 1]))
			h->moments[to++] = h->moments[i];
	}
	for (size_t i = 0; to < h->used && i < h->tracks_used; i++)
		remap(h, &h->tracks[i], map);
	h->used = to;
}

/* Forgets what never held the threshold, until there is room for as many points again. */
static void raise_threshold(struct lr_history *h)
{
	while (h->points > h->points_max / 2 && h->threshold < UINT64_MAX / 4) {
		h->threshold *= 4;
		for (size_t i = 0; i < h->tracks_used; i++) {
			struct lr_track *t = &h->tracks[i];
			uint64_t most = 0;
			for (uint32_t k = 0; k < t->used; k++)
				if (t->points[k].low != UNKNOWN && most < t->points[k].low)
					most = t->points[k].low;
			if (most >= h->threshold || t->dropped)
				continue;
			h->points -= t->used;
			free(t->points);
			*t = (struct lr_track){.dropped = true};
		}
	}
}

void lr_history_mark(struct lr_history *h, uint64_t time, uint64_t events)
{
	h->moments[h->used++] = (struct lr_moment){.time = time, .events = events};
	h->epoch++;
	while (h->used >= LR_MOMENTS_MAX)
		coarsen(h);
	if (h->points > h->points_max)
		raise_threshold(h);
	h->next_event = (events / h->event_step + 1) * h->event_step;
	h->next_time = (time / h->time_step + 1) * h->time_step;
}

static void push(struct lr_history *h, struct lr_track *t, size_t moment, uint64_t low)
{
	LR_GROW(t->points, t->used, t->room);
	t->points[t->used++] = (struct lr_point){.low = low, .moment = (uint32_t)moment};
	h->points++;
}

/* What the site did up to now stands in the point of the interval in which it last changed. */
static void settle(
	struct lr_track *t, const struct lr_followed *f, uint64_t live_bytes, uint64_t live_blocks)
{
	struct lr_point *p = &t->points[t->used - 1];
	uint64_t low = f->low < live_bytes ? f->low : live_bytes;
	p->low = p->low < low ? p->low : low;
	p->last = live_bytes;
	p->blocks = live_blocks > UINT32_MAX ? UINT32_MAX : (uint32_t)live_blocks;
}

static struct lr_track *followed(struct lr_history *h, struct lr_followed *f)
{
	return f->track && !h->tracks[f->track - 1].dropped ? &h->tracks[f->track - 1] : NULL;
}

/* True when the site is followed from now on; an interval before this one has its past. */
static struct lr_track *begin(struct lr_history *h, struct lr_followed *f, uint64_t live_bytes)
{
	uint64_t low = f->low < live_bytes ? f->low : live_bytes;
	if (!f->epoch || low < h->threshold || h->used == 0)
		return NULL;
	if (!f->track) {
		LR_GROW(h->tracks, h->tracks_used, h->tracks_room);
		f->track = (uint32_t)++h->tracks_used;
	}
	struct lr_track *t = &h->tracks[f->track - 1];
	*t = (struct lr_track){0};
	push(h, t, h->used - 1, UNKNOWN);
	return t;
}

void lr_history_note(
	struct lr_history *h, struct lr_followed *f, uint64_t live_bytes, uint64_t live_blocks)
{
	struct lr_track *t = followed(h, f);
	if (!t)
		t = begin(h, f, live_bytes);
	if (t) {
		settle(t, f, live_bytes, live_blocks);
		if (t->points[t->used - 1].moment != h->used)
			push(h, t, h->used, UNKNOWN);
	}
	f->low = live_bytes;
	f->epoch = h->epoch;
}

void lr_history_last(
	struct lr_history *h, struct lr_followed *f, uint64_t live_bytes, uint64_t live_blocks)
{
	lr_history_note(h, f, live_bytes, live_blocks);
	struct lr_track *t = followed(h, f);
	if (t)
		settle(t, f, live_bytes, live_blocks);
}

void lr_track_add(const struct lr_history *h, const struct lr_track *t, struct lr_dense *to)
{
	double last = 0, blocks = 0;
	uint32_t k = 0;
	for (size_t i = 0; i < h->used; i++) {
		double low = last;
		if (k < t->used && t->points[k].moment == i) {
			low = (double)t->points[k].low;
			last = (double)t->points[k].last;
			blocks = t->points[k].blocks;
			k++;
		}
		to->low[i] += low;
		to->last[i] += last;
		to->blocks[i] += blocks;
	}
}
