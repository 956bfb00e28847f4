/* For programs. Names carry units; tools/schema/report.schema.json says what is there. */
#include "tools/render/render.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "format/ring.h"
#include "tools/util/mem.h"
#include "tools/util/text.h"

enum { SCHEMA_VERSION = 1 };

/* JSON's integers are signed here; no real count comes near. */
static json_t *number(uint64_t v)
{
	return json_integer(v > INT64_MAX ? INT64_MAX : (json_int_t)v);
}

/* Any bytes: what is no UTF-8 becomes U+FFFD. jansson escapes control characters itself. */
static json_t *text_n(const char *s, size_t n)
{
	char *copy = lr_calloc(n * 3 + 1, 1);
	size_t used = 0;
	while (n > 0) {
		size_t len = lr_utf8_at(s, n);
		if (len > 0 && *s != 0x7f) {
			memcpy(copy + used, s, len);
			used += len;
		} else {
			memcpy(copy + used, "\xef\xbf\xbd", 3);
			used += 3;
			len = 1;
		}
		s += len;
		n -= len;
	}
	json_t *j = json_stringn_nocheck(copy, used);
	free(copy);
	return j;
}

static json_t *text(const char *s)
{
	return s ? text_n(s, strlen(s)) : json_null();
}

static void set(json_t *o, const char *key, json_t *value)
{
	json_object_set_new_nocheck(o, key, value);
}

static json_t *counts(const struct lr_counts *c)
{
	json_t *o = json_object();
	set(o, "allocations", number(c->allocations));
	set(o, "frees", number(c->frees));
	set(o, "allocated_bytes", number(c->allocated_bytes));
	set(o, "peak_blocks", number(c->peak_blocks));
	set(o, "peak_bytes", number(c->peak_bytes));
	set(o, "unfreed_blocks", number(c->live_blocks));
	set(o, "unfreed_bytes", number(c->live_bytes));
	set(o, "temporary_allocations", number(c->temporary));
	return o;
}

static json_t *coverage(const struct lr_summary *s)
{
	json_t *o = json_object();
	set(o, "complete", json_boolean(s->complete));
	set(o, "damaged", json_boolean(s->damaged));
	set(o, "finished", json_boolean(s->finished));
	for (size_t i = 0; i < s->coverage_used; i++)
		set(o, s->coverage[i].key, number(s->coverage[i].count));
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
		set(o, unit, number(i ? 1ULL << (i - 1) : 0));
		set(o, "count", number(buckets[i]));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *summary(const struct lr_summary *s)
{
	json_t *o = counts(&s->total);
	set(o, "temporary_share", json_real(s->temporary));
	set(o, "reallocations", number(s->reallocations));
	set(o, "duration_microseconds", number(s->duration));
	set(o, "peak_time_microseconds", number(s->peak_time));
	set(o, "peak_resident_bytes", number(s->rss_peak));
	set(o, "sites", number(s->sites));
	set(o, "threads", number(s->threads));
	set(o, "most_threads_at_once", number(s->most_threads));
	json_t *resources = json_object();
	for (int k = 0; k < LR_RES_KINDS; k++) {
		const struct lr_resource_view *r = &s->resources[k];
		json_t *kind = json_object();
		set(kind, "created", number(r->created));
		set(kind, "released", number(r->released));
		set(kind, "open", number(r->open));
		set(kind, "open_bytes", number(r->open_bytes));
		set(resources, r->key, kind);
	}
	set(o, "resources", resources);
	set(o, "sizes", histogram(s->sizes, "at_least_bytes"));
	set(o, "lifetimes", histogram(s->lifetimes, "at_least_microseconds"));
	set(o, "coverage", coverage(s));
	return o;
}

static json_t *series(const struct lr_series *s, const char *most, const char *last)
{
	json_t *list = json_array();
	for (size_t i = 0; i < s->used; i++) {
		json_t *o = json_object();
		set(o, "time_microseconds", number(s->samples[i].time));
		set(o, most, number(s->samples[i].most));
		set(o, last, number(s->samples[i].last));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *run(const struct lr_run_view *v, bool long_form)
{
	json_t *o = json_object();
	set(o, "path", text(v->path));
	set(o, "program", text(v->program));
	set(o, "command", text(v->command));
	set(o, "pid", number(v->pid));
	set(o, "parent_pid", number(v->parent_pid));
	set(o, "image", number(v->image));
	set(o, "origin", text(v->origin));
	set(o, "state", text(v->state));
	set(o, "ended", text(v->ended));
	set(o, "exit_status", v->exit_known ? number(v->exit_status) : json_null());
	set(o, "damage", text(v->damage));
	set(o, "start_nanoseconds", number(v->start_real));
	set(o, "duration_microseconds", number(v->duration));
	set(o, "events", number(v->dump->status.events));
	set(o, "ring_events", number(v->dump->status.ring_events));
	set(o, "stored_bytes", number(v->dump->status.stream_bytes));
	if (!long_form)
		return o;
	json_t *meta = json_array();
	for (size_t i = 0; i < v->dump->meta_used; i++) {
		json_t *pair = json_object();
		set(pair, "key", text(v->dump->meta[i].key));
		set(pair, "value", text_n(v->dump->meta[i].value, v->dump->meta[i].value_len));
		json_array_append_new(meta, pair);
	}
	set(o, "metadata", meta);
	set(o, "live", series(&v->dump->live, "most_bytes", "last_bytes"));
	set(o, "resident", series(&v->dump->rss, "most_bytes", "last_bytes"));
	return o;
}

static json_t *line(const struct lr_line *l)
{
	json_t *o = json_object();
	set(o, "function", text(l->at.function));
	set(o, "file", text(l->at.file));
	set(o, "line", l->at.line ? number(l->at.line) : json_null());
	set(o, "module", text(l->at.module && l->at.module[0] ? l->at.module : NULL));
	set(o, "offset", number(l->at.offset));
	set(o, "inlined", json_boolean(l->at.inlined));
	if (l->at.nearest)
		set(o, "nearest", json_true());
	if (l->flags & LTF_NODE_SIGNAL)
		set(o, "signal", json_true());
	if (l->flags & LTF_NODE_CUT)
		set(o, "cut", json_true());
	if (l->flags & LTF_NODE_UNCERTAIN)
		set(o, "uncertain", json_true());
	if (l->flags & LTF_NODE_GUESSED)
		set(o, "guessed", json_true());
	return o;
}

static json_t *stack(const struct lr_line *lines, size_t n)
{
	json_t *list = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, line(&lines[i]));
	return list;
}

static json_t *table(const struct lr_table *t)
{
	json_t *o = json_object(), *rows = json_array();
	set(o, "group_by", text(lr_group_names[t->group]));
	set(o, "sort", text(lr_sort_names[t->sort]));
	set(o, "rows_in_all", number(t->all_rows));
	set(o, "total", counts(&t->total));
	for (size_t i = 0; i < t->used; i++) {
		const struct lr_row *r = &t->rows[i];
		json_t *row = counts(&r->counts);
		set(row, "name", text(r->name));
		set(row, "share", json_real(r->share));
		set(row, "sites", number(r->sites));
		if (t->group == LR_GROUP_SITE) {
			set(row, "stack", stack(r->stack, r->stack_used));
			set(row, "frames_left_out", number(r->stack_cut));
		}
		json_array_append_new(rows, row);
	}
	set(o, "rows", rows);
	return o;
}

static json_t *details(const struct lr_details *d)
{
	json_t *o = json_object(), *modules = json_array(), *threads = json_array();
	json_t *open = json_array();
	for (size_t i = 0; i < d->modules_used; i++) {
		json_t *m = json_object();
		set(m, "path", text(d->modules[i].path));
		set(m, "build_id", text(d->modules[i].build_id));
		set(m, "loads", number(d->modules[i].loads));
		json_array_append_new(modules, m);
	}
	for (size_t i = 0; i < d->threads_used; i++) {
		const struct lr_thread *from = d->threads[i].thread;
		json_t *t = json_object();
		set(t, "id", number(from->id));
		set(t, "tid", number(from->tid));
		set(t, "pid", number(d->threads[i].pid));
		set(t, "name", text(from->name));
		set(t, "ended", json_boolean(from->ended));
		set(t, "allocations", number(from->allocations));
		set(t, "frees", number(from->frees));
		set(t, "allocated_bytes", number(from->allocated_bytes));
		set(t, "temporary_allocations", number(from->temporary));
		json_array_append_new(threads, t);
	}
	for (size_t i = 0; i < d->open_used; i++) {
		json_t *r = json_object();
		set(r, "kind", text(d->open[i].kind));
		set(r, "created", number(d->open[i].created));
		set(r, "open", number(d->open[i].open));
		set(r, "open_bytes", number(d->open[i].open_bytes));
		set(r, "stack", stack(d->open[i].stack, d->open[i].stack_used));
		json_array_append_new(open, r);
	}
	set(o, "modules", modules);
	set(o, "threads", threads);
	set(o, "threads_in_all", number(d->threads_all));
	set(o, "open_resources", open);
	set(o, "open_resources_in_all", number(d->open_all));
	return o;
}

void lr_render_json(FILE *f, const struct lr_report *r, const struct lr_style *style)
{
	json_t *root = json_object(), *dumps = json_array();
	(void)style;
	set(root, "schema_version", json_integer(SCHEMA_VERSION));
	set(root, "command", text(r->command));
	set(root, "partial", json_boolean(r->summary->damaged));
	for (size_t i = 0; i < r->summary->runs_used; i++)
		json_array_append_new(dumps, run(&r->summary->runs[i], r->details != NULL));
	set(root, "dumps", dumps);
	set(root, "summary", summary(r->summary));
	set(root, "coverage", coverage(r->summary));
	if (r->table)
		set(root, "table", table(r->table));
	if (r->details)
		set(root, "details", details(r->details));
	json_dumpf(root, f, JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(6));
	fputc('\n', f);
	json_decref(root);
}
