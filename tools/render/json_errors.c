/* Errors and how suppressions were used, for programs. */
#include "tools/render/json_parts.h"

json_t *lr_json_rules(const struct lr_rules *rules)
{
	json_t *list = json_array();
	for (size_t i = 0; rules && i < rules->used; i++) {
		const struct lr_rule *r = &rules->rules[i];
		if (r->built_in && !r->sites)
			continue;
		json_t *o = json_object();
		lr_json_set(o, "name", lr_json_text(r->name));
		lr_json_set(o, "file", r->built_in ? json_null() : lr_json_text(r->origin));
		lr_json_set(o, "line", r->built_in ? json_null() : lr_json_number(r->line));
		lr_json_set(o, "sites", lr_json_number(r->sites));
		lr_json_set(o, "blocks", lr_json_number(r->blocks));
		lr_json_set(o, "bytes", lr_json_number(r->bytes));
		lr_json_set(o, "led_blocks", lr_json_number(r->led_blocks));
		lr_json_set(o, "led_bytes", lr_json_number(r->led_bytes));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *found(const struct lr_found_error *e)
{
	json_t *o = json_object();
	lr_json_set(o, "kind", lr_json_text(e->kind));
	lr_json_set(o, "count", lr_json_number(e->count));
	lr_json_set(o, "bytes", lr_json_number(e->bytes));
	lr_json_set(o, "led_blocks", lr_json_number(e->led_blocks));
	lr_json_set(o, "led_bytes", lr_json_number(e->led_bytes));
	lr_json_set(o, "title", lr_json_text(e->title));
	lr_json_set(o, "site", lr_json_stack(e->stack, e->stack_used));
	return o;
}

json_t *lr_json_errors(const struct lr_errors *e)
{
	json_t *o = json_object(), *list = json_array();
	for (size_t i = 0; i < e->shown; i++)
		json_array_append_new(list, found(&e->list[i]));
	lr_json_set(o, "count", lr_json_number(e->count));
	lr_json_set(o, "sites", lr_json_number(e->used));
	lr_json_set(o, "found", list);
	json_t *suppressed = json_object();
	lr_json_set(suppressed, "blocks", lr_json_number(e->suppressed.blocks));
	lr_json_set(suppressed, "bytes", lr_json_number(e->suppressed.bytes));
	lr_json_set(o, "suppressed", suppressed);
	json_t *in = json_array();
	for (size_t i = 0; i < e->in_used; i++) {
		json_t *p = json_object();
		lr_json_set(p, "program", lr_json_text(e->in[i].dump->header.program));
		lr_json_set(p, "pid", lr_json_number(e->in[i].dump->header.pid));
		lr_json_set(p, "blocks", lr_json_number(e->in[i].sum.blocks));
		lr_json_set(p, "bytes", lr_json_number(e->in[i].sum.bytes));
		json_array_append_new(in, p);
	}
	lr_json_set(o, "in", in);
	lr_json_set(o, "processes", lr_json_number(e->processes));
	lr_json_set(o, "judged_processes", lr_json_number(e->judged));
	lr_json_set(o, "suppressions", lr_json_rules(e->rules));
	return o;
}
