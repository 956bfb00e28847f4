/* Growth, and what two moments differ by. */
#include "tools/render/json_parts.h"

#include <math.h>

static void set_real(json_t *o, const char *key, double v, bool known)
{
	lr_json_set(o, key, known && isfinite(v) ? json_real(v) : json_null());
}

/* scale: units of x in one of the unit that is told. */
static json_t *trend(const struct lr_trend *t, const char *per, double scale)
{
	json_t *o = json_object();
	lr_json_set(o, "verdict", lr_json_text(lr_trend_words[t->kind]));
	set_real(o, "confidence", t->confidence, true);
	lr_json_set(o, "per", lr_json_text(per));
	set_real(o, "bytes", t->slope * scale, true);
	set_real(o, "bytes_at_least", t->slope_low * scale, true);
	set_real(o, "bytes_at_most", t->slope_high * scale, true);
	lr_json_set(o, "growing_blocks", json_boolean(t->by_block));
	return o;
}

static json_t *values(const double *v, size_t n)
{
	json_t *list = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, lr_json_number(v[i] > 0 ? (uint64_t)v[i] : 0));
	return list;
}

static json_t *row(const struct lr_growth_view *v, const struct lr_growth_row *r)
{
	const struct lr_growth *g = &r->growth;
	size_t n = v->model->dumps[r->dump].history.used;
	json_t *o = json_object();
	lr_json_set(o, "verdict", lr_json_text(lr_trend_words[g->kind]));
	set_real(o, "confidence", g->confidence, g->kind == LR_TREND_GROWING);
	set_real(o, "bytes_per_second", g->per_second, g->timed);
	set_real(o, "bytes_per_allocation", g->per_event, true);
	lr_json_set(o, "grown_bytes", lr_json_number(g->grown > 0 ? (uint64_t)g->grown : 0));
	lr_json_set(o, "settled_from_microseconds", lr_json_number((uint64_t)g->from_time));
	lr_json_set(o, "live_bytes", lr_json_number(r->live_bytes));
	lr_json_set(o, "live_blocks", lr_json_number(r->live_blocks));
	lr_json_set(o, "most_bytes", lr_json_number(r->most_bytes));
	lr_json_set(o, "over_time", g->timed ? trend(&g->time, "second", 1e6) : json_null());
	lr_json_set(o, "over_allocations", trend(&g->events, "allocation", 1));
	lr_json_set(o, "dump", lr_json_number(r->dump));
	lr_json_set(o, "low_bytes", values(r->values->low, n));
	lr_json_set(o, "last_bytes", values(r->values->last, n));
	lr_json_set(o, "last_blocks", values(r->values->blocks, n));
	return o;
}

static json_t *moments(const struct lr_growth_view *v, size_t dump)
{
	const struct lr_history *h = &v->model->dumps[dump].history;
	json_t *o = json_object(), *list = json_array();
	for (size_t i = 0; i < h->used; i++) {
		json_t *m = json_object();
		lr_json_set(m, "time_microseconds", lr_json_number(h->moments[i].time));
		lr_json_set(m, "allocations", lr_json_number(h->moments[i].events));
		json_array_append_new(list, m);
	}
	lr_json_set(o, "moments", list);
	lr_json_set(o, "moments_judged", lr_json_number(v->judged[dump]));
	lr_json_set(o, "whole", row(v, &v->whole[dump]));
	return o;
}

static void sum(json_t *o, const char *bytes, const char *blocks, const struct lr_scan_sum *s)
{
	lr_json_set(o, bytes, lr_json_number(s->bytes));
	lr_json_set(o, blocks, lr_json_number(s->blocks));
}

static void sums(json_t *o, const struct lr_scan_sum *first, const struct lr_scan_sum *last,
	const struct lr_scan_sum *since)
{
	sum(o, "first_bytes", "first_blocks", first);
	sum(o, "last_bytes", "last_blocks", last);
	sum(o, "since_bytes", "since_blocks", since);
}

static json_t *span(const struct lr_unreachable_dump *d)
{
	json_t *o = json_object();
	if (!d->first) {
		json_decref(o);
		return json_null();
	}
	lr_json_set(o, "first_scan", lr_json_number(d->first->number));
	lr_json_set(o, "first_microseconds", lr_json_number(d->first->figure[LTF_SCAN_TIME_US]));
	lr_json_set(o, "last_scan", lr_json_number(d->last->number));
	lr_json_set(o, "last_microseconds", lr_json_number(d->last->figure[LTF_SCAN_TIME_US]));
	sums(o, &d->lost[0], &d->lost[1], &d->since);
	return o;
}

static json_t *unreachable(const struct lr_unreachable *u)
{
	json_t *o = json_object(), *dumps = json_array(), *rows = json_array();
	for (size_t i = 0; i < u->dumps_used; i++)
		json_array_append_new(dumps, span(&u->dumps[i]));
	for (size_t i = 0; i < u->used; i++) {
		const struct lr_unreachable_row *r = &u->rows[i];
		json_t *j = json_object();
		sums(j, &r->first, &r->last, &r->since);
		lr_json_set(j, "dump", lr_json_number(r->dump));
		lr_json_set(j, "name", lr_json_text(r->name));
		lr_json_set(j, "stack", lr_json_stack(r->stack, r->stack_used));
		lr_json_set(j, "frames_left_out", lr_json_number(r->stack_cut));
		json_array_append_new(rows, j);
	}
	lr_json_set(o, "dumps", dumps);
	lr_json_set(o, "rows_in_all", lr_json_number(u->all_rows));
	lr_json_set(o, "rows", rows);
	return o;
}

json_t *lr_json_growth(const struct lr_growth_view *v, const struct lr_unreachable *u)
{
	json_t *o = json_object(), *rows = json_array(), *dumps = json_array();
	json_t *verdicts = json_object();
	lr_json_set(o, "group_by", lr_json_text(lr_group_names[v->group]));
	set_real(o, "min_growth_bytes", v->settings.least, true);
	set_real(o, "min_confidence", v->settings.confidence, true);
	for (int k = 0; k < LR_TREND_COUNT; k++)
		lr_json_set(verdicts, lr_trend_words[k], lr_json_number(v->of_kind[k]));
	lr_json_set(o, "verdicts", verdicts);
	for (size_t i = 0; i < v->dumps; i++)
		json_array_append_new(dumps, moments(v, i));
	lr_json_set(o, "dumps", dumps);
	lr_json_set(o, "rows_in_all", lr_json_number(v->all_rows));
	for (size_t i = 0; i < v->used; i++) {
		const struct lr_growth_row *r = &v->rows[i];
		json_t *j = row(v, r);
		lr_json_set(j, "name", lr_json_text(r->name));
		lr_json_set(j, "sites", lr_json_number(r->sites));
		if (v->group == LR_GROUP_SITE) {
			lr_json_set(j, "stack", lr_json_stack(r->stack, r->stack_used));
			lr_json_set(j, "frames_left_out", lr_json_number(r->stack_cut));
		}
		json_array_append_new(rows, j);
	}
	lr_json_set(o, "rows", rows);
	lr_json_set(o, "unreachable", u && u->spans ? unreachable(u) : json_null());
	return o;
}

static json_t *held(const struct lr_held *h)
{
	json_t *o = json_object();
	lr_json_set(o, "bytes", json_integer((json_int_t)(h[1].bytes - h[0].bytes)));
	lr_json_set(o, "blocks", json_integer((json_int_t)(h[1].blocks - h[0].blocks)));
	lr_json_set(o, "before_bytes", lr_json_number(h[0].bytes));
	lr_json_set(o, "before_blocks", lr_json_number(h[0].blocks));
	lr_json_set(o, "after_bytes", lr_json_number(h[1].bytes));
	lr_json_set(o, "after_blocks", lr_json_number(h[1].blocks));
	return o;
}

json_t *lr_json_diff(const struct lr_diff *d)
{
	json_t *o = json_object(), *rows = json_array();
	const struct lr_table *t = d->table;
	lr_json_set(o, "from_microseconds", lr_json_number(d->moment[0]));
	lr_json_set(o, "to_microseconds",
		d->moment[1] == UINT64_MAX ? json_null() : lr_json_number(d->moment[1]));
	lr_json_set(o, "from_mark", lr_json_text(d->mark[0] ? d->mark[0]->name : NULL));
	lr_json_set(o, "to_mark", lr_json_text(d->mark[1] ? d->mark[1]->name : NULL));
	lr_json_set(o, "group_by", lr_json_text(lr_group_names[t->group]));
	lr_json_set(o, "total", held(t->held));
	lr_json_set(o, "rows_in_all", lr_json_number(t->all_rows));
	for (size_t i = 0; i < t->used; i++) {
		const struct lr_row *r = &t->rows[i];
		json_t *j = held(r->held);
		lr_json_set(j, "name", lr_json_text(r->name));
		lr_json_set(j, "sites", lr_json_number(r->sites));
		if (t->group == LR_GROUP_SITE) {
			lr_json_set(j, "stack", lr_json_stack(r->stack, r->stack_used));
			lr_json_set(j, "frames_left_out", lr_json_number(r->stack_cut));
		}
		json_array_append_new(rows, j);
	}
	lr_json_set(o, "rows", rows);
	lr_json_set(o, "resources", lr_json_resource_changes(d->resources));
	return o;
}
