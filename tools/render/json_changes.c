/* What changed from one run to another. */
#include "tools/render/json_parts.h"

static json_t *two(const struct lr_two *t)
{
	json_t *o = json_object();
	bool less;
	uint64_t by = lr_two_by(t, &less);
	lr_json_set(o, "before", lr_json_number(t->of[LR_BEFORE]));
	lr_json_set(o, "after", lr_json_number(t->of[LR_AFTER]));
	lr_json_set(o, "difference",
		less ? json_integer(-(json_int_t)(by > INT64_MAX ? INT64_MAX : by))
		     : lr_json_number(by));
	return o;
}

/* all: what is the same in both, too. */
static json_t *metrics(const struct lr_two of[LR_METRIC_COUNT], bool all)
{
	json_t *o = json_object();
	for (int i = 0; i < LR_METRIC_COUNT; i++)
		if (all || lr_two_differ(&of[i]))
			lr_json_set(o, lr_metrics[i].key, two(&of[i]));
	return o;
}

static json_t *path(const struct lr_measured_frame *f, size_t lines)
{
	json_t *list = json_array();
	for (size_t i = 0; i < lines && f; i++, f = f->outer) {
		json_t *line = json_object();
		lr_json_set(line, "function", lr_json_text(f->function));
		lr_json_set(line, "module", lr_json_text(f->module));
		json_array_append_new(list, line);
	}
	return list;
}

/* The whole way in to where it allocates, and as many callers as are shown. */
static void set_path(json_t *o, const struct lr_measured_site *s, size_t used, size_t left_out)
{
	size_t inner = s->path->depth - s->means->depth;
	lr_json_set(o, "path", path(s->path, inner + used));
	lr_json_set(o, "frames_left_out", lr_json_number(left_out));
	if (!s->file)
		return;
	lr_json_set(o, "file", lr_json_text(s->file));
	if (s->line)
		lr_json_set(o, "line", lr_json_number(s->line));
}

static json_t *row(const struct lr_change *r)
{
	json_t *o = json_object();
	lr_json_set(o, "change", lr_json_text(lr_change_keys[r->kind]));
	lr_json_set(o, "name", lr_json_text(r->name));
	lr_json_set(o, "sites", lr_json_number(r->sites));
	lr_json_set(o, "changed", metrics(r->of, false));
	if (!r->site)
		return o;
	set_path(o, r->site, r->path_used, r->left_out);
	if (r->compared->join != LR_JOIN_NONE)
		lr_json_set(o, "found_as", lr_json_text(lr_join_keys[r->compared->join]));
	if (r->compared->function)
		lr_json_set(o,
			r->compared->join == LR_JOIN_MOVED ? "other_function" : "renamed_from",
			lr_json_text(r->compared->function));
	return o;
}

static json_t *branch(const struct lr_branch *b)
{
	json_t *o = json_object();
	lr_json_set(o, "change", lr_json_text(b->gone ? "gone" : "new"));
	lr_json_set(o, "sites", lr_json_number(b->sites));
	lr_json_set(o, "allocations", lr_json_number(b->values.of[LR_METRIC_ALLOCATIONS]));
	lr_json_set(o, "bytes", lr_json_number(b->values.of[LR_METRIC_BYTES]));
	lr_json_set(o, "path", path(b->called, b->path_used));
	lr_json_set(o, "frames_left_out", lr_json_number(b->left_out));
	return o;
}

static json_t *findings(const struct lr_changes *v)
{
	json_t *list = json_array();
	for (size_t i = 0; i < v->findings_used; i++) {
		const struct lr_finding_change *x = &v->findings[i];
		json_t *o = json_object();
		lr_json_set(o, "kind", lr_json_text(x->kind));
		lr_json_set(o, "count", two(&x->count));
		lr_json_set(o, "bytes", two(&x->bytes));
		if (x->site)
			set_path(o, x->site, x->path_used, x->left_out);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *resources(const struct lr_changes *v)
{
	json_t *list = json_array();
	for (size_t i = 0; i < v->resources_used; i++) {
		const struct lr_resource_change *x = &v->resources[i];
		json_t *o = json_object();
		lr_json_set(o, "kind", lr_json_text(x->kind));
		lr_json_set(o, "created", two(&x->created));
		lr_json_set(o, "open", two(&x->open));
		lr_json_set(o, "peak", two(&x->peak));
		if (x->site)
			set_path(o, x->site, x->path_used, x->left_out);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *run(const struct lr_measure *m)
{
	json_t *o = json_object(), *programs = json_array();
	for (size_t i = 0; i < m->programs_used; i++)
		json_array_append_new(programs, lr_json_text(m->programs[i].name));
	lr_json_set(o, "programs", programs);
	lr_json_set(o, "command", lr_json_text(m->command));
	lr_json_set(o, "processes", lr_json_number(m->processes));
	lr_json_set(o, "judged", lr_json_number(m->judged));
	lr_json_set(o, "complete", json_boolean(!m->missed && !m->damaged));
	lr_json_set(o, "all_sites", json_boolean(m->whole));
	return o;
}

static json_t *renamings(const struct lr_compare *c)
{
	json_t *list = json_array();
	for (size_t i = 0; i < c->renamings_used; i++) {
		const struct lr_renaming *r = &c->renamings[i];
		json_t *o = json_object();
		lr_json_set(o, "from", lr_json_text(r->from));
		lr_json_set(o, "to", lr_json_text(r->to));
		lr_json_set(o, "module", lr_json_text(r->module));
		lr_json_set(o, "sites", lr_json_number(r->sites));
		json_array_append_new(list, o);
	}
	return list;
}

json_t *lr_json_changes(const struct lr_changes *v)
{
	json_t *o = json_object(), *kinds = json_object(), *rows = json_array(),
	       *branches = json_array(), *notes = json_array();
	lr_json_set(o, "same", json_boolean(v->same));
	lr_json_set(o, "before", run(v->compare->of[LR_BEFORE]));
	lr_json_set(o, "after", run(v->compare->of[LR_AFTER]));
	lr_json_set(o, "total", metrics(v->total, true));
	lr_json_set(o, "group_by", lr_json_text(lr_group_names[v->group]));
	lr_json_set(o, "sorted_by", lr_json_text(lr_metrics[v->metric].key));
	for (int k = 0; k < LR_CHANGE_KIND_COUNT; k++)
		lr_json_set(kinds, lr_change_keys[k], lr_json_number(v->kinds[k]));
	lr_json_set(o, "changes", kinds);
	for (size_t i = 0; i < v->branches_used; i++)
		json_array_append_new(branches, branch(&v->branches[i]));
	lr_json_set(o, "calls", branches);
	lr_json_set(o, "calls_in_all", lr_json_number(v->all_branches));
	for (size_t i = 0; i < v->used; i++)
		json_array_append_new(rows, row(&v->rows[i]));
	lr_json_set(o, "rows", rows);
	lr_json_set(o, "rows_in_all", lr_json_number(v->all_rows));
	lr_json_set(o, "findings", findings(v));
	lr_json_set(o, "findings_in_all", lr_json_number(v->all_findings));
	lr_json_set(o, "resources", resources(v));
	lr_json_set(o, "resources_in_all", lr_json_number(v->all_resources));
	lr_json_set(o, "renamed", renamings(v->compare));
	for (size_t i = 0; i < v->notes_used; i++)
		json_array_append_new(notes, lr_json_text(v->notes[i]));
	lr_json_set(o, "notes", notes);
	return o;
}
