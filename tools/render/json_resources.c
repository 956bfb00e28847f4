#include "tools/render/json_parts.h"

json_t *lr_json_resource_total(const struct lr_resource_total *t)
{
	json_t *o = json_object();
	lr_json_set(o, "created", lr_json_number(t->created));
	lr_json_set(o, "released", lr_json_number(t->released));
	lr_json_set(o, "open", lr_json_number(t->open));
	lr_json_set(o, "open_bytes", lr_json_number(t->open_bytes));
	lr_json_set(o, "inherited", lr_json_number(t->inherited));
	lr_json_set(o, "released_unseen", lr_json_number(t->lost));
	lr_json_set(o, "released_of_unknown_origin", lr_json_number(t->unknown_releases));
	lr_json_set(o, "peak_open", lr_json_number(t->peak_open));
	lr_json_set(o, "peak_time_microseconds", lr_json_number(t->peak_time));
	return o;
}

json_t *lr_json_open_at(const struct lr_open_at *at)
{
	json_t *o = json_object();
	for (size_t i = 0; at && i < at->sums_used; i++) {
		const struct lr_open_sum *s = &at->sums[i];
		json_t *j = json_object();
		lr_json_set(j, "open", lr_json_number(s->open));
		lr_json_set(j, "open_bytes", lr_json_number(s->bytes));
		if (s->compared) {
			bool b = s->in_bytes;
			lr_json_set(j, b ? "bytes_found" : "found", lr_json_number(s->found));
			lr_json_set(j, b ? "bytes_of_unknown_origin" : "of_unknown_origin",
				lr_json_number(s->unknown));
			lr_json_set(j, b ? "bytes_missing" : "missing", lr_json_number(s->missing));
		}
		lr_json_set(o, lr_resource_words(s->kind)->key, j);
	}
	return o;
}

static json_t *scans(const struct lr_resources_view *v)
{
	json_t *list = json_array();
	for (size_t i = 0; i < v->scans_used; i++) {
		const struct lr_resource_scan *s = &v->scans[i];
		json_t *j = json_object();
		lr_json_set(j, "pid", lr_json_number(s->dump->header.pid));
		lr_json_set(j, "number", lr_json_number(s->scan->number));
		lr_json_set(
			j, "time_microseconds", lr_json_number(s->scan->figure[LTF_SCAN_TIME_US]));
		lr_json_set(j, "resources", lr_json_open_at(s->at));
		json_array_append_new(list, j);
	}
	return list;
}

static void timer(json_t *j, const struct lr_open_resource *o)
{
	json_t *t = json_object();
	if (o->kind == LR_RES_TIMER) {
		lr_json_set(t, "notify", lr_json_number(o->timer.notify));
		lr_json_set(t, "value", lr_json_number(o->timer.value));
	}
	lr_json_set(t, "armed", o->timer.was_set ? json_boolean(o->timer.first != 0) : json_null());
	lr_json_set(t, "first_nanoseconds", lr_json_number(o->timer.first));
	lr_json_set(t, "every_nanoseconds", lr_json_number(o->timer.every));
	lr_json_set(t, "set_microseconds", lr_json_number(o->timer.set));
	lr_json_set(j, "timer", t);
}

static void descriptor(json_t *j, const struct lr_resource_one *one)
{
	const struct lr_open_resource *o = one->res;
	json_t *d = json_object();
	lr_json_set(d, "name", lr_json_text(one->name));
	lr_json_set(d, "local", lr_json_text(one->local));
	lr_json_set(d, "peer", lr_json_text(one->peer));
	lr_json_set(d, "close_on_exec", json_boolean(o->fd.flags & LTF_FD_CLOEXEC));
	lr_json_set(d, "detail", lr_json_number(o->fd.detail));
	lr_json_set(d, "owner", lr_json_number(o->fd.owner));
	lr_json_set(j, "descriptor", d);
}

static void mapping(json_t *j, const struct lr_resource_one *one)
{
	const struct lr_mapped *at = &one->mapped;
	json_t *m = json_object();
	lr_json_set(m, "name", lr_json_text(at->name));
	lr_json_set(m, "protection", lr_json_number(one->res->mapping.prot));
	lr_json_set(m, "flags", lr_json_number(one->res->mapping.flags));
	lr_json_set(m, "resident_bytes", at->counted ? lr_json_number(at->resident) : json_null());
	lr_json_set(m, "pointed_to", at->judged ? json_boolean(at->held) : json_null());
	lr_json_set(j, "mapping", m);
}

static json_t *open_one(const struct lr_resource_one *one)
{
	const struct lr_open_resource *o = one->res;
	json_t *j = json_object();
	lr_json_set(j, "handle", lr_json_number(one->number));
	lr_json_set(j, "type", lr_json_text(one->type));
	lr_json_set(j, "details", lr_json_text(one->more));
	lr_json_set(j, "bytes", lr_json_number(o->length));
	lr_json_set(
		j, "created_microseconds", o->inherited ? json_null() : lr_json_number(o->created));
	lr_json_set(j, "thread", lr_json_text(one->thread));
	lr_json_set(j, "pid", lr_json_number(one->dump->header.pid));
	lr_json_set(j, "inherited", json_boolean(o->inherited));
	lr_json_set(j, "owed", json_boolean(!o->released));
	if (o->kind == LR_RES_TIMER || o->kind == LR_RES_ITIMER)
		timer(j, o);
	if (o->kind == LR_RES_DESCRIPTOR)
		descriptor(j, one);
	if (o->kind == LR_RES_MAPPING)
		mapping(j, one);
	return j;
}

static json_t *row(const struct lr_resources_view *v, const struct lr_resource_row *r)
{
	json_t *j = json_object(), *ones = json_array();
	lr_json_set(j, "kind", lr_json_text(lr_resource_words(r->kind)->key));
	lr_json_set(j, "name", lr_json_text(r->name));
	lr_json_set(j, "inherited", json_boolean(r->inherited));
	lr_json_set(j, "created", lr_json_number(r->created));
	lr_json_set(j, "released", lr_json_number(r->released));
	lr_json_set(j, "released_unseen", lr_json_number(r->lost));
	lr_json_set(j, "open", lr_json_number(r->open));
	lr_json_set(j, "open_bytes", lr_json_number(r->open_bytes));
	lr_json_set(j, "peak_open", lr_json_number(r->peak_open));
	lr_json_set(j, "peak_time_microseconds", lr_json_number(r->peak_time));
	lr_json_set(j, "sites", lr_json_number(r->sites));
	if (v->group == LR_GROUP_SITE) {
		lr_json_set(j, "stack", lr_json_stack(r->stack, r->stack_used));
		lr_json_set(j, "frames_left_out", lr_json_number(r->stack_cut));
	}
	for (size_t i = 0; i < r->ones_used; i++)
		json_array_append_new(ones, open_one(&r->ones[i]));
	lr_json_set(j, "list", ones);
	lr_json_set(j, "list_in_all", lr_json_number(r->ones_all));
	return j;
}

json_t *lr_json_resource_changes(const struct lr_resources_view *v)
{
	json_t *list = json_array();
	for (size_t i = 0; i < v->used; i++) {
		const struct lr_resource_row *r = &v->rows[i];
		const struct lr_held *h = r->held;
		json_t *j = json_object();
		lr_json_set(j, "kind", lr_json_text(lr_resource_words(r->kind)->key));
		lr_json_set(j, "name", lr_json_text(r->name));
		lr_json_set(j, "open", json_integer((json_int_t)(h[1].blocks - h[0].blocks)));
		lr_json_set(j, "bytes", json_integer((json_int_t)(h[1].bytes - h[0].bytes)));
		lr_json_set(j, "before_open", lr_json_number(h[0].blocks));
		lr_json_set(j, "before_bytes", lr_json_number(h[0].bytes));
		lr_json_set(j, "after_open", lr_json_number(h[1].blocks));
		lr_json_set(j, "after_bytes", lr_json_number(h[1].bytes));
		lr_json_set(j, "sites", lr_json_number(r->sites));
		if (v->group == LR_GROUP_SITE) {
			lr_json_set(j, "stack", lr_json_stack(r->stack, r->stack_used));
			lr_json_set(j, "frames_left_out", lr_json_number(r->stack_cut));
		}
		json_array_append_new(list, j);
	}
	return list;
}

json_t *lr_json_resources(const struct lr_resources_view *v)
{
	json_t *o = json_object(), *kinds = json_object(), *rows = json_array();
	lr_json_set(o, "group_by", lr_json_text(lr_group_names[v->group]));
	lr_json_set(o, "sort", lr_json_text(lr_resource_sort_names[v->sort]));
	lr_json_set(o, "dumps_without_that_moment", lr_json_number(v->without));
	for (size_t i = 0; i < v->kinds_used; i++) {
		const struct lr_resource_sum *s = &v->kinds[i];
		json_t *j = lr_json_resource_total(&s->total);
		lr_json_set(j, "open", lr_json_number(s->open));
		lr_json_set(j, "open_bytes", lr_json_number(s->open_bytes));
		lr_json_set(j, "rows_in_all", lr_json_number(s->all_rows));
		lr_json_set(kinds, lr_resource_words(s->kind)->key, j);
	}
	lr_json_set(o, "kinds", kinds);
	for (size_t i = 0; i < v->used; i++)
		json_array_append_new(rows, row(v, &v->rows[i]));
	lr_json_set(o, "rows", rows);
	lr_json_set(o, "scans", scans(v));
	return o;
}
