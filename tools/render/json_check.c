/* A verdict, for programs; tools/schema/check.schema.json says what is there. */
#include "tools/render/json_parts.h"

static json_t *path(const struct lr_measured_site *s)
{
	json_t *list = json_array();
	for (const struct lr_measured_frame *f = s->path; f; f = f->outer) {
		json_t *o = json_object();
		lr_json_set(o, "function", lr_json_text(f->function));
		lr_json_set(o, "module", lr_json_text(f->module[0] ? f->module : NULL));
		lr_json_set(o, "inlined", json_boolean(f->inlined));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *site(const struct lr_check_site *s)
{
	json_t *o = json_object();
	lr_json_set(o, "function", lr_json_text(s->site->means->function));
	lr_json_set(o, "file", lr_json_text(s->site->file));
	lr_json_set(o, "line", s->site->line ? lr_json_number(s->site->line) : json_null());
	lr_json_set(o, "actual", lr_json_number(s->actual));
	lr_json_set(o, "baseline", s->has_baseline ? lr_json_number(s->baseline) : json_null());
	lr_json_set(o, "new", json_boolean(s->is_new));
	lr_json_set(o, "renamed_from", lr_json_text(s->renamed_from));
	lr_json_set(o, "path", path(s->site));
	return o;
}

static json_t *number_if(bool there, uint64_t v)
{
	return there ? lr_json_number(v) : json_null();
}

static json_t *rule(const struct lr_check_rule *r)
{
	json_t *o = json_object(), *sites = json_array();
	lr_json_set(o, "id", lr_json_text(r->id));
	lr_json_set(o, "rule", lr_json_text(r->text));
	lr_json_set(o, "metric", lr_json_text(r->metric));
	lr_json_set(o, "unit", lr_json_text(r->bytes ? "bytes" : "count"));
	lr_json_set(o, "reason", lr_json_text(r->reason));
	lr_json_set(o, "status", lr_json_text(lr_check_words[r->status]));
	lr_json_set(o, "why", lr_json_text(r->why));
	lr_json_set(o, "actual", lr_json_number(r->actual));
	lr_json_set(o, "min", number_if(r->has_min, r->min));
	lr_json_set(o, "max", number_if(r->has_max, r->max));
	lr_json_set(o, "baseline", number_if(r->has_baseline, r->baseline));
	lr_json_set(o, "lowest", lr_json_number(r->lowest));
	lr_json_set(o, "highest", lr_json_number(r->highest));
	lr_json_set(o, "deterministic", json_boolean(r->deterministic));
	lr_json_set(o, "loose", json_boolean(r->loose));
	lr_json_set(o, "tighter", lr_json_text(r->tighter));
	for (size_t i = 0; i < r->sites_used; i++)
		json_array_append_new(sites, site(&r->sites[i]));
	lr_json_set(o, "sites", sites);
	lr_json_set(o, "sites_in_all", lr_json_number(r->sites_all));
	return o;
}

json_t *lr_json_check(const struct lr_check *c)
{
	json_t *o = json_object(), *rules = json_array(), *notes = json_array();
	lr_json_set(o, "status", lr_json_text(lr_check_words[c->status]));
	lr_json_set(o, "program", lr_json_text(c->program));
	lr_json_set(o, "command", lr_json_text(c->command));
	lr_json_set(o, "budget", lr_json_text(c->budget));
	lr_json_set(o, "runs", lr_json_number(c->runs));
	lr_json_set(o, "duration_us", lr_json_number(c->duration_us));
	lr_json_set(o, "passed", lr_json_number(c->passed));
	lr_json_set(o, "failed", lr_json_number(c->failed));
	lr_json_set(o, "unknown", lr_json_number(c->unknown));
	lr_json_set(o, "loose", lr_json_number(c->loose));
	for (size_t i = 0; i < c->rules_used; i++)
		json_array_append_new(rules, rule(&c->rules[i]));
	lr_json_set(o, "rules", rules);
	for (size_t i = 0; i < c->notes_used; i++)
		json_array_append_new(notes, lr_json_text(c->notes[i]));
	lr_json_set(o, "notes", notes);
	return o;
}
