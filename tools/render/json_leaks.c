#include "tools/render/json_leaks.h"

static json_t *figure(const struct lr_figure *f)
{
	return f->whole ? lr_json_number((uint64_t)f->value) : json_real(f->value);
}

static json_t *place(const struct lr_finding_place *p)
{
	json_t *o = json_object();
	lr_json_set(o, "what", lr_json_text(p->what));
	lr_json_set(o, "text", lr_json_text(p->text));
	lr_json_set(o, "count", lr_json_number(p->count));
	lr_json_set(o, "stack", lr_json_stack(p->stack, p->stack_used));
	return o;
}

static json_t *finding(const struct lr_finding *x)
{
	json_t *o = json_object(), *evidence = json_array(), *figures = json_object();
	json_t *places = json_array();
	for (size_t i = 0; i < x->evidence_used; i++)
		json_array_append_new(evidence, lr_json_text(x->evidence[i]));
	for (size_t i = 0; i < x->figures_used; i++)
		lr_json_set(figures, x->figures[i].key, figure(&x->figures[i]));
	for (size_t i = 0; i < x->places_used; i++)
		json_array_append_new(places, place(&x->places[i]));
	lr_json_set(o, "kind", lr_json_text(x->kind));
	lr_json_set(o, "severity", lr_json_text(lr_severity_names[x->severity]));
	lr_json_set(o, "count", lr_json_number(x->count));
	lr_json_set(o, "bytes", lr_json_number(x->bytes));
	lr_json_set(o, "title", lr_json_text(x->title));
	lr_json_set(o, "site", lr_json_stack(x->stack, x->stack_used));
	lr_json_set(o, "frames_left_out", lr_json_number(x->stack_cut));
	lr_json_set(o, "evidence", evidence);
	lr_json_set(o, "figures", figures);
	lr_json_set(o, "places", places);
	lr_json_set(o, "next_step", lr_json_text(x->next_step));
	return o;
}

json_t *lr_json_findings(const struct lr_findings *f)
{
	json_t *list = json_array();
	for (size_t i = 0; i < f->used; i++)
		json_array_append_new(list, finding(&f->list[i]));
	return list;
}

static json_t *sum(const struct lr_scan_sum *s)
{
	json_t *o = json_object();
	lr_json_set(o, "blocks", lr_json_number(s->blocks));
	lr_json_set(o, "bytes", lr_json_number(s->bytes));
	return o;
}

static json_t *scan(const struct lr_leak_scan *s)
{
	json_t *o = json_object();
	lr_json_set(o, "path", lr_json_text(s->dump->path));
	lr_json_set(o, "scans_in_all", lr_json_number(s->dump->scans.used));
	lr_json_set(o, "why_none", lr_json_text(s->scan ? NULL : s->why_none));
	if (!s->scan)
		return o;
	const uint64_t *f = s->scan->figure;
	lr_json_set(o, "number", lr_json_number(s->scan->number));
	lr_json_set(o, "resources", lr_json_open_at(lr_dump_open_at(s->dump, s->scan->number)));
	lr_json_set(o, "reason", lr_json_text(s->reason));
	lr_json_set(o, "doubtful", json_boolean(s->doubtful));
	lr_json_set(o, "time_microseconds", lr_json_number(f[LTF_SCAN_TIME_US]));
	lr_json_set(o, "pause_microseconds", lr_json_number(f[LTF_SCAN_PAUSE_US]));
	lr_json_set(o, "wall_microseconds", lr_json_number(f[LTF_SCAN_WALL_US]));
	lr_json_set(o, "cpu_microseconds", lr_json_number(f[LTF_SCAN_CPU_US]));
	lr_json_set(o, "blocks", lr_json_number(f[LTF_SCAN_BLOCKS]));
	lr_json_set(o, "threads", lr_json_number(f[LTF_SCAN_THREADS]));
	lr_json_set(o, "unknown_threads", lr_json_number(f[LTF_SCAN_UNKNOWN_THREADS]));
	lr_json_set(o, "coverage_flags", lr_json_number(f[LTF_SCAN_COVERAGE]));
	return o;
}

static json_t *owned(const struct lr_leak_owned *w)
{
	json_t *o = sum(&w->sum);
	lr_json_set(o, "stack", lr_json_stack(w->stack, w->stack_used));
	return o;
}

static json_t *release(const struct lr_leak_release *r)
{
	json_t *o = json_object();
	lr_json_set(o, "count", lr_json_number(r->count));
	lr_json_set(o, "stack", lr_json_stack(r->stack, r->stack_used));
	return o;
}

static json_t *row(const struct lr_leak_row *r, bool is_site)
{
	json_t *o = sum(&r->sum), *owns = json_array(), *releases = json_array();
	lr_json_set(o, "class", lr_json_text(lr_leak_keys[r->class]));
	lr_json_set(o, "name", lr_json_text(r->name));
	lr_json_set(o, "sites", lr_json_number(r->sites));
	lr_json_set(o, "indirect", sum(&r->owned));
	lr_json_set(o, "cycles", lr_json_number(r->cycles));
	lr_json_set(o, "suppressed_by", lr_json_text(r->by));
	for (size_t i = 0; i < r->owns_used; i++)
		json_array_append_new(owns, owned(&r->owns[i]));
	for (size_t i = 0; i < r->releases_used; i++)
		json_array_append_new(releases, release(&r->releases[i]));
	if (is_site) {
		lr_json_set(o, "address", lr_json_number(r->addr));
		lr_json_set(o, "allocations", lr_json_number(r->allocations));
		lr_json_set(o, "releases", lr_json_number(r->frees));
		lr_json_set(o, "stack", lr_json_stack(r->stack, r->stack_used));
		lr_json_set(o, "frames_left_out", lr_json_number(r->stack_cut));
		lr_json_set(o, "owns", json_incref(owns));
		lr_json_set(o, "released_at", json_incref(releases));
	}
	json_decref(owns);
	json_decref(releases);
	return o;
}

json_t *lr_json_leaks(const struct lr_leaks *l, bool rows)
{
	json_t *o = json_object(), *scans = json_array(), *list = json_array();
	for (unsigned c = 0; c < LR_LEAK_CLASS_COUNT; c++)
		lr_json_set(o, lr_leak_keys[c], sum(&l->of[c]));
	lr_json_set(o, "inherited", sum(&l->inherited));
	lr_json_set(o, "judged_dumps", lr_json_number(l->judged));
	for (size_t i = 0; i < l->scans_used; i++)
		json_array_append_new(scans, scan(&l->scans[i]));
	lr_json_set(o, "scans", scans);
	for (size_t i = 0; rows && i < l->used; i++)
		json_array_append_new(list, row(&l->rows[i], l->group == LR_GROUP_SITE));
	if (rows) {
		lr_json_set(o, "group_by", lr_json_text(lr_group_names[l->group]));
		lr_json_set(o, "rows_in_all", lr_json_number(l->all_rows));
		lr_json_set(o, "rows", json_incref(list));
	}
	json_decref(list);
	return o;
}
