#include "tools/view/growth.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/view/match.h"

/* A track, and the group that it belongs to. */
struct item {
	const struct lr_track *track;
	const char *name; /* of the group, NULL where the key alone tells */
	uint32_t dump, key;
};

struct items {
	struct item *all;
	size_t used, room;
};

static int compare(const struct item *a, const struct item *b)
{
	if (a->dump != b->dump)
		return a->dump < b->dump ? -1 : 1;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->name == b->name ? 0 : strcmp(a->name ? a->name : "", b->name ? b->name : "");
}

static int by_group(const void *pa, const void *pb)
{
	const struct item *a = pa, *b = pb;
	int order = compare(a, b);
	return order ? order : a->track < b->track ? -1 : a->track > b->track;
}

static struct item item_of(
	struct lr_names *names, enum lr_group group, uint32_t dump, const struct lr_track *t)
{
	struct item item = {.track = t, .dump = dump};
	switch (group) {
	case LR_GROUP_FUNCTION:
		item.name = lr_names_function(names, t->frame);
		break;
	case LR_GROUP_FILE:
		item.name = lr_names_file(names, t->frame);
		break;
	case LR_GROUP_MODULE:
		item.name = lr_names_module(names, t->frame);
		break;
	case LR_GROUP_THREAD:
		item.key = t->thread;
		break;
	default:
		item.key = t->frame;
	}
	return item;
}

static void find_items(struct items *items, const struct lr_model *m, struct lr_names *names,
	const struct lr_query *q)
{
	struct lr_match *match = lr_match_new(m, names, q);
	for (uint32_t d = 0; d < m->dumps_used; d++) {
		const struct lr_dump *dump = &m->dumps[d];
		for (size_t i = 0; i < dump->history.tracks_used; i++) {
			const struct lr_track *t = &dump->history.tracks[i];
			struct lr_site site = {
				.frame = t->frame, .thread = t->thread, .region = t->region};
			if (t->used == 0 || i + 1 == dump->whole || !lr_match_site(match, &site))
				continue;
			LR_GROW(items->all, items->used, items->room);
			items->all[items->used++] = item_of(names, q->group, d, t);
		}
	}
	lr_match_free(match);
	if (items->used)
		qsort(items->all, items->used, sizeof(*items->all), by_group);
}

static uint64_t whole_number(double v)
{
	return v > 0 ? (uint64_t)v : 0;
}

/* The bytes held along the run, over time where there is a clock. */
static void draw(const struct lr_history *h, size_t judged, struct lr_growth_row *r)
{
	double most = (double)r->most_bytes;
	for (size_t i = 0, k = 0; i < LR_GROWTH_SHAPE && judged; i++) {
		const struct lr_moment *end = &h->moments[judged - 1];
		uint64_t all = r->growth.timed ? end->time : end->events;
		double at = (double)all * (double)(i + 1) / LR_GROWTH_SHAPE;
		while (k + 1 < judged &&
			(double)(r->growth.timed ? h->moments[k].time : h->moments[k].events) < at)
			k++;
		double v = r->values->last[k];
		r->shape[i] = most > 0 && v > 0 ? (uint8_t)(v / most * 7.999) + 1 : 0;
	}
}

static void judge_row(struct lr_growth_view *v, struct lr_growth_row *r)
{
	const struct lr_history *h = &v->model->dumps[r->dump].history;
	size_t judged = v->judged[r->dump];
	lr_growth_judge(h, r->values, judged, &v->settings, &r->growth);
	for (size_t i = 0; i < judged; i++)
		if (r->most_bytes < whole_number(r->values->last[i]))
			r->most_bytes = whole_number(r->values->last[i]);
	if (judged) {
		r->live_bytes = whole_number(r->values->last[judged - 1]);
		r->live_blocks = whole_number(r->values->blocks[judged - 1]);
	}
	draw(h, judged, r);
}

static void make_whole(struct lr_growth_view *v)
{
	v->dumps = v->model->dumps_used;
	v->whole = lr_calloc(v->dumps, sizeof(*v->whole));
	v->judged = lr_calloc(v->dumps, sizeof(*v->judged));
	for (uint32_t d = 0; d < v->dumps; d++) {
		const struct lr_dump *dump = &v->model->dumps[d];
		struct lr_growth_row *r = &v->whole[d];
		r->dump = d;
		r->values = lr_calloc(1, sizeof(*r->values));
		if (dump->whole)
			lr_track_add(
				&dump->history, &dump->history.tracks[dump->whole - 1], r->values);
		v->judged[d] = dump->header.state == LTF_STATE_FINISHED
				       ? lr_growth_end(&dump->history, r->values)
				       : dump->history.used;
		judge_row(v, r);
	}
}

static int by_verdict(const void *pa, const void *pb)
{
	const struct lr_growth_row *a = pa, *b = pb;
	bool grows = a->growth.kind >= LR_TREND_PAUSED;
	double x = grows ? a->growth.grown : (double)a->live_bytes;
	double y = grows ? b->growth.grown : (double)b->live_bytes;
	if (a->growth.kind != b->growth.kind)
		return a->growth.kind > b->growth.kind ? -1 : 1;
	if (x < y || x > y)
		return x > y ? -1 : 1;
	if (a->dump != b->dump)
		return a->dump < b->dump ? -1 : 1;
	return a->frame < b->frame ? -1 : a->frame > b->frame;
}

/* Values of rows that may be cut off are kept for one row at a time. */
static void make_rows(struct lr_growth_view *v, const struct items *items)
{
	struct lr_dense *values = lr_calloc(1, sizeof(*values));
	size_t room = 0;
	for (size_t i = 0, n; i < items->used; i += n) {
		const struct item *item = &items->all[i];
		LR_GROW(v->rows, v->used, room);
		struct lr_growth_row *r = &v->rows[v->used++];
		*r = (struct lr_growth_row){.name = item->name,
			.dump = item->dump,
			.first = i,
			.frame = v->group == LR_GROUP_SITE ? item->key : 0,
			.values = values};
		memset(values, 0, sizeof(*values));
		for (n = 0; i + n < items->used && compare(item, &items->all[i + n]) == 0; n++)
			lr_track_add(&v->model->dumps[item->dump].history, item[n].track, values);
		r->sites = n;
		judge_row(v, r);
		r->values = NULL;
		v->of_kind[r->growth.kind]++;
	}
	free(values);
}

/* What only shown rows have. */
static void fill_row(struct lr_growth_view *v, struct lr_growth_row *r, const struct items *items,
	struct lr_names *names, size_t stack_max)
{
	r->values = lr_calloc(1, sizeof(*r->values));
	const struct item *item = &items->all[r->first];
	for (size_t i = 0; i < r->sites; i++)
		lr_track_add(&v->model->dumps[r->dump].history, item[i].track, r->values);
	if (v->group == LR_GROUP_THREAD)
		r->name = r->label =
			item->key ? lr_thread_label(v->model, &v->model->threads[item->key - 1])
				  : lr_strdup("(all threads)");
	if (v->group != LR_GROUP_SITE)
		return;
	r->name = lr_names_function(names, r->frame);
	r->stack =
		lr_stack_lines(v->model, names, r->frame, stack_max, &r->stack_used, &r->stack_cut);
}

struct lr_trend_settings lr_growth_settings(const struct lr_thresholds *t)
{
	double least = t->of[LR_THRESHOLD_GROWTH_UNBOUNDED_BYTES];
	return (struct lr_trend_settings){.least = least > 1 ? least : 1,
		.confidence = t->of[LR_THRESHOLD_GROWTH_UNBOUNDED_CONFIDENCE],
		.large = LR_TREND_LARGE};
}

struct lr_growth_view *lr_growth_make(const struct lr_model *m, struct lr_names *names,
	const struct lr_query *q, const struct lr_trend_settings *s)
{
	struct lr_growth_view *v = lr_calloc(1, sizeof(*v));
	struct items items = {0};
	*v = (struct lr_growth_view){.group = q->group, .settings = *s, .model = m};
	make_whole(v);
	find_items(&items, m, names, q);
	make_rows(v, &items);
	if (v->used)
		qsort(v->rows, v->used, sizeof(*v->rows), by_verdict);
	v->all_rows = v->used;
	if (v->used > q->limit)
		v->used = q->limit;
	for (size_t i = 0; i < v->used; i++)
		fill_row(v, &v->rows[i], &items, names, q->stack_max);
	free(items.all);
	return v;
}

void lr_growth_free(struct lr_growth_view *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->dumps; i++)
		free(v->whole[i].values);
	for (size_t i = 0; i < v->used; i++) {
		free(v->rows[i].values);
		free(v->rows[i].stack);
		free(v->rows[i].label);
	}
	free(v->whole);
	free(v->judged);
	free(v->rows);
	free(v);
}
