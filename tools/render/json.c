/* For programs. Names carry units; tools/schema/report.schema.json says what is there. */
#include "tools/render/json_leaks.h"

enum { SCHEMA_VERSION = 1 };

static json_t *coverage(const struct lr_summary *s)
{
	json_t *o = json_object();
	lr_json_set(o, "complete", json_boolean(s->complete));
	lr_json_set(o, "damaged", json_boolean(s->damaged));
	lr_json_set(o, "finished", json_boolean(s->finished));
	for (size_t i = 0; i < s->coverage_used; i++)
		lr_json_set(o, s->coverage[i].key, lr_json_number(s->coverage[i].count));
	return o;
}

/* [{at_least, count}]: powers of two, empty ones left out. */
static json_t *histogram(const uint64_t *buckets, const char *unit)
{
	json_t *list = json_array();
	for (int i = 0; i < LR_BUCKETS; i++) {
		if (!buckets[i])
			continue;
		json_t *o = json_object();
		lr_json_set(o, unit, lr_json_number(i ? 1ULL << (i - 1) : 0));
		lr_json_set(o, "count", lr_json_number(buckets[i]));
		json_array_append_new(list, o);
	}
	return list;
}

/* Those that were always here, and those that occur. */
static json_t *resources(const struct lr_summary *s)
{
	json_t *o = json_object();
	for (int k = 0; k < LR_RES_KINDS; k++)
		if (s->resources[k].occurs || k == LR_RES_THREAD || k == LR_RES_TIMER ||
			k == LR_RES_MAPPING)
			lr_json_set(o, s->resources[k].words->key,
				lr_json_resource_total(&s->resources[k].total));
	return o;
}

static json_t *summary(const struct lr_summary *s)
{
	json_t *o = lr_json_counts(&s->total);
	lr_json_set(o, "temporary_share", json_real(s->temporary));
	lr_json_set(o, "reallocations", lr_json_number(s->reallocations));
	lr_json_set(o, "duration_microseconds", lr_json_number(s->duration));
	lr_json_set(o, "peak_time_microseconds", lr_json_number(s->peak_time));
	lr_json_set(o, "peak_resident_bytes", lr_json_number(s->rss_peak));
	lr_json_set(o, "sites", lr_json_number(s->sites));
	lr_json_set(o, "threads", lr_json_number(s->threads));
	lr_json_set(o, "most_threads_at_once", lr_json_number(s->most_threads));
	lr_json_set(o, "resources", resources(s));
	lr_json_set(o, "sizes", histogram(s->sizes, "at_least_bytes"));
	lr_json_set(o, "lifetimes", histogram(s->lifetimes, "at_least_microseconds"));
	lr_json_set(o, "coverage", coverage(s));
	return o;
}

static json_t *series(const struct lr_series *s, const char *most, const char *last)
{
	json_t *list = json_array();
	for (size_t i = 0; i < s->used; i++) {
		json_t *o = json_object();
		lr_json_set(o, "time_microseconds", lr_json_number(s->samples[i].time));
		lr_json_set(o, most, lr_json_number(s->samples[i].most));
		lr_json_set(o, last, lr_json_number(s->samples[i].last));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *run(const struct lr_run_view *v, bool long_form)
{
	json_t *o = json_object();
	lr_json_set(o, "path", lr_json_text(v->path));
	lr_json_set(o, "program", lr_json_text(v->program));
	lr_json_set(o, "command", lr_json_text(v->command));
	lr_json_set(o, "pid", lr_json_number(v->pid));
	lr_json_set(o, "parent_pid", lr_json_number(v->parent_pid));
	lr_json_set(o, "image", lr_json_number(v->image));
	lr_json_set(o, "origin", lr_json_text(v->origin));
	lr_json_set(o, "state", lr_json_text(v->state));
	lr_json_set(o, "ended", lr_json_text(v->ended));
	lr_json_set(o, "exit_status", v->exit_known ? lr_json_number(v->exit_status) : json_null());
	lr_json_set(o, "damage", lr_json_text(v->damage));
	lr_json_set(o, "start_nanoseconds", lr_json_number(v->start_real));
	lr_json_set(o, "duration_microseconds", lr_json_number(v->duration));
	lr_json_set(o, "events", lr_json_number(v->dump->status.events));
	lr_json_set(o, "ring_events", lr_json_number(v->dump->status.ring_events));
	lr_json_set(o, "stored_bytes", lr_json_number(v->dump->status.stream_bytes));
	if (!long_form)
		return o;
	json_t *meta = json_array();
	for (size_t i = 0; i < v->dump->meta_used; i++) {
		json_t *pair = json_object();
		lr_json_set(pair, "key", lr_json_text(v->dump->meta[i].key));
		lr_json_set(pair, "value",
			lr_json_text_n(v->dump->meta[i].value, v->dump->meta[i].value_len));
		json_array_append_new(meta, pair);
	}
	lr_json_set(o, "metadata", meta);
	lr_json_set(o, "live", series(&v->dump->live, "most_bytes", "last_bytes"));
	lr_json_set(o, "resident", series(&v->dump->rss, "most_bytes", "last_bytes"));
	return o;
}

static json_t *table(const struct lr_table *t)
{
	json_t *o = json_object(), *rows = json_array();
	lr_json_set(o, "group_by", lr_json_text(lr_group_names[t->group]));
	lr_json_set(o, "sort", lr_json_text(lr_sort_names[t->sort]));
	lr_json_set(o, "rows_in_all", lr_json_number(t->all_rows));
	lr_json_set(o, "total", lr_json_counts(&t->total));
	for (size_t i = 0; i < t->used; i++) {
		const struct lr_row *r = &t->rows[i];
		json_t *row = lr_json_counts(&r->counts);
		lr_json_set(row, "name", lr_json_text(r->name));
		lr_json_set(row, "share", json_real(r->share));
		lr_json_set(row, "sites", lr_json_number(r->sites));
		if (t->group == LR_GROUP_SITE) {
			lr_json_set(row, "stack", lr_json_stack(r->stack, r->stack_used));
			lr_json_set(row, "frames_left_out", lr_json_number(r->stack_cut));
		}
		json_array_append_new(rows, row);
	}
	lr_json_set(o, "rows", rows);
	return o;
}

static json_t *details(const struct lr_details *d, const struct lr_resources_view *v)
{
	json_t *o = json_object(), *modules = json_array(), *threads = json_array();
	json_t *open = json_array();
	uint64_t all = 0;
	for (size_t i = 0; i < d->modules_used; i++) {
		json_t *m = json_object();
		lr_json_set(m, "path", lr_json_text(d->modules[i].path));
		lr_json_set(m, "build_id", lr_json_text(d->modules[i].build_id));
		lr_json_set(m, "loads", lr_json_number(d->modules[i].loads));
		json_array_append_new(modules, m);
	}
	for (size_t i = 0; i < d->threads_used; i++) {
		const struct lr_thread *from = d->threads[i].thread;
		json_t *t = json_object();
		lr_json_set(t, "id", lr_json_number(from->id));
		lr_json_set(t, "tid", lr_json_number(from->tid));
		lr_json_set(t, "pid", lr_json_number(d->threads[i].pid));
		lr_json_set(t, "name", lr_json_text(from->name));
		lr_json_set(t, "ended", json_boolean(from->ended));
		lr_json_set(t, "allocations", lr_json_number(from->allocations));
		lr_json_set(t, "frees", lr_json_number(from->frees));
		lr_json_set(t, "allocated_bytes", lr_json_number(from->allocated_bytes));
		lr_json_set(t, "temporary_allocations", lr_json_number(from->temporary));
		json_array_append_new(threads, t);
	}
	for (size_t i = 0; i < v->used; i++) {
		const struct lr_resource_row *from = &v->rows[i];
		json_t *r = json_object();
		lr_json_set(r, "kind", lr_json_text(lr_resource_words(from->kind)->one));
		lr_json_set(r, "created", lr_json_number(from->created));
		lr_json_set(r, "open", lr_json_number(from->open));
		lr_json_set(r, "open_bytes", lr_json_number(from->open_bytes));
		lr_json_set(r, "stack", lr_json_stack(from->stack, from->stack_used));
		json_array_append_new(open, r);
	}
	for (size_t i = 0; i < v->kinds_used; i++)
		all += v->kinds[i].all_rows;
	lr_json_set(o, "modules", modules);
	lr_json_set(o, "threads", threads);
	lr_json_set(o, "threads_in_all", lr_json_number(d->threads_all));
	lr_json_set(o, "open_resources", open);
	lr_json_set(o, "open_resources_in_all", lr_json_number(all));
	return o;
}

/* Those that are not the defaults; NULL: none. */
static json_t *thresholds(const struct lr_thresholds *t)
{
	json_t *o = NULL;
	for (int i = 0; t && i < LR_THRESHOLD_COUNT; i++) {
		enum lr_threshold_unit unit = lr_threshold_rows[i].unit;
		if (!lr_threshold_changed(t, (enum lr_threshold_id)i))
			continue;
		o = o ? o : json_object();
		lr_json_set(o, lr_threshold_rows[i].name,
			unit == LR_UNIT_COUNT || unit == LR_UNIT_BYTES
				? lr_json_number(lr_threshold(t, (enum lr_threshold_id)i))
				: json_real(t->of[i]));
	}
	return o;
}

static void set_run(json_t *root, const struct lr_report *r)
{
	json_t *dumps = json_array();
	lr_json_set(root, "partial", json_boolean(r->summary->damaged));
	for (size_t i = 0; i < r->summary->runs_used; i++)
		json_array_append_new(dumps, run(&r->summary->runs[i], r->details != NULL));
	lr_json_set(root, "dumps", dumps);
	lr_json_set(root, "summary", summary(r->summary));
	lr_json_set(root, "coverage", coverage(r->summary));
}

static void set_changes(json_t *root, const struct lr_changes *v)
{
	const struct lr_compare *c = v->compare;
	lr_json_set(root, "partial",
		json_boolean(c->of[LR_BEFORE]->damaged || c->of[LR_AFTER]->damaged));
	lr_json_set(root, "comparison", lr_json_changes(v));
}

void lr_render_json(FILE *f, const struct lr_report *r, const struct lr_style *style)
{
	json_t *root = json_object();
	json_t *changed = thresholds(r->thresholds);
	(void)style;
	lr_json_set(root, "schema_version", json_integer(SCHEMA_VERSION));
	lr_json_set(root, "command", lr_json_text(r->command));
	if (r->changes)
		set_changes(root, r->changes);
	if (r->summary)
		set_run(root, r);
	if (changed)
		lr_json_set(root, "thresholds", changed);
	if (r->findings) {
		lr_json_set(root, "findings", lr_json_findings(r->findings));
		lr_json_set(root, "findings_in_all", lr_json_number(r->findings->all));
	}
	if (r->leaks)
		lr_json_set(root, "leaks", lr_json_leaks(r->leaks, !r->headline));
	if (r->table)
		lr_json_set(root, "table", table(r->table));
	if (r->details)
		lr_json_set(root, "details", details(r->details, r->resources));
	if (r->resources && !r->details)
		lr_json_set(root, "resources", lr_json_resources(r->resources));
	if (r->regions)
		lr_json_set(root, "regions", lr_json_regions(r->regions));
	if (r->why)
		lr_json_set(root, "why", lr_json_why(r->why));
	if (r->holders)
		lr_json_set(root, "holders", lr_json_holders(r->holders));
	if (r->growth)
		lr_json_set(root, "growth", lr_json_growth(r->growth, r->unreachable));
	if (r->diff)
		lr_json_set(root, "diff", lr_json_diff(r->diff));
	if (r->rules)
		lr_json_set(root, "suppressions", lr_json_rules(r->rules));
	if (r->errors)
		lr_json_set(root, "errors", lr_json_errors(r->errors));
	if (r->check) {
		lr_json_set(root, "partial", json_boolean(r->check->measure->damaged));
		lr_json_set(root, "check", lr_json_check(r->check));
	}
	json_dumpf(root, f, JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6));
	fputc('\n', f);
	json_decref(root);
}
