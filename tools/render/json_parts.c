#include "tools/render/json_parts.h"

#include "format/ring.h"

json_t *lr_json_counts(const struct lr_counts *c)
{
	json_t *o = json_object();
	lr_json_set(o, "allocations", lr_json_number(c->allocations));
	lr_json_set(o, "frees", lr_json_number(c->frees));
	lr_json_set(o, "allocated_bytes", lr_json_number(c->allocated_bytes));
	lr_json_set(o, "peak_blocks", lr_json_number(c->peak_blocks));
	lr_json_set(o, "peak_bytes", lr_json_number(c->peak_bytes));
	lr_json_set(o, "unfreed_blocks", lr_json_number(c->live_blocks));
	lr_json_set(o, "unfreed_bytes", lr_json_number(c->live_bytes));
	lr_json_set(o, "temporary_allocations", lr_json_number(c->temporary));
	return o;
}

static json_t *line(const struct lr_line *l)
{
	json_t *o = json_object();
	lr_json_set(o, "function", lr_json_text(l->at.function));
	lr_json_set(o, "file", lr_json_text(l->at.file));
	lr_json_set(o, "line", l->at.line ? lr_json_number(l->at.line) : json_null());
	lr_json_set(
		o, "module", lr_json_text(l->at.module && l->at.module[0] ? l->at.module : NULL));
	lr_json_set(o, "offset", lr_json_number(l->at.offset));
	lr_json_set(o, "inlined", json_boolean(l->at.inlined));
	if (l->at.nearest)
		lr_json_set(o, "nearest", json_true());
	if (l->flags & LTF_NODE_SIGNAL)
		lr_json_set(o, "signal", json_true());
	if (l->flags & LTF_NODE_CUT)
		lr_json_set(o, "cut", json_true());
	if (l->flags & LTF_NODE_UNCERTAIN)
		lr_json_set(o, "uncertain", json_true());
	if (l->flags & LTF_NODE_GUESSED)
		lr_json_set(o, "guessed", json_true());
	return o;
}

json_t *lr_json_stack(const struct lr_line *lines, size_t n)
{
	json_t *list = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, line(&lines[i]));
	return list;
}
