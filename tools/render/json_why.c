/* Chains of pointers and who holds the memory, for programs. */
#include "tools/render/json_parts.h"

static json_t *sum(const struct lr_sum *s)
{
	json_t *o = json_object();
	lr_json_set(o, "blocks", lr_json_number(s->blocks));
	lr_json_set(o, "bytes", lr_json_number(s->bytes));
	return o;
}

static json_t *span(const struct lr_span *s)
{
	json_t *o = json_object();
	lr_json_set(o, "least_bytes", lr_json_number(s->least));
	lr_json_set(o, "most_bytes", lr_json_number(s->most));
	return o;
}

static json_t *holder(const struct lr_holder *h)
{
	json_t *o = json_object();
	lr_json_set(o, "kind", lr_json_text(lr_holder_keys[h->kind]));
	lr_json_set(o, "name", lr_json_text(h->name));
	lr_json_set(o, "thread", lr_json_text(h->thread));
	lr_json_set(o, "function", lr_json_text(h->function));
	lr_json_set(o, "file", lr_json_text(h->file));
	lr_json_set(o, "line", h->line ? lr_json_number(h->line) : json_null());
	lr_json_set(o, "module", lr_json_text(h->module));
	lr_json_set(o, "section", lr_json_text(h->section));
	lr_json_set(o, "tid", h->tid ? lr_json_number(h->tid) : json_null());
	lr_json_set(o, "address", h->addr ? lr_json_number(h->addr) : json_null());
	lr_json_set(o, "size_bytes", h->size ? lr_json_number(h->size) : json_null());
	return o;
}

static json_t *step(const struct lr_why_step *s)
{
	json_t *o = sum(&s->sum);
	lr_json_set(o, "address", lr_json_number(s->addr));
	lr_json_set(o, "offset", span(&s->at));
	if (s->again)
		lr_json_set(o, "offset_in_each_other", span(&s->next));
	lr_json_set(o, "stack", lr_json_stack(s->stack, s->stack_used));
	lr_json_set(o, "frames_left_out", lr_json_number(s->stack_cut));
	return o;
}

static json_t *chain(const struct lr_why_chain *c, bool graph)
{
	json_t *o = sum(&c->sum), *steps = json_array();
	lr_json_set(o, "holder", holder(c->steps[0].holder));
	if (graph) {
		lr_json_set(o, "holder_retains", sum(&c->retained_by_holder));
		lr_json_set(o, "holder_share", json_real(c->holder_share));
		lr_json_set(o, "shared_blocks", lr_json_number(c->shared_blocks));
	}
	lr_json_set(o, "repeats_blocks", json_boolean(c->also));
	for (size_t i = 1; i < c->steps_used; i++)
		json_array_append_new(steps, step(&c->steps[i]));
	lr_json_set(o, "steps", steps);
	return o;
}

json_t *lr_json_why(const struct lr_why *w)
{
	static const char *const keys[LTF_VERDICTS] = {
		"unknown", "reachable", "possible", "indirect", "definite"};
	json_t *o = sum(&w->sum), *chains = json_array(), *verdicts = json_object();
	lr_json_set(o, "asked", lr_json_text(w->asked));
	lr_json_set(o, "scan", lr_json_number(w->scan->number));
	lr_json_set(o, "sites", lr_json_number(w->sites));
	lr_json_set(o, "address", w->addr ? lr_json_number(w->addr) : json_null());
	lr_json_set(o, "all_pointers_known", json_boolean(w->graph));
	lr_json_set(o, "live", sum(&w->all));
	if (w->graph) {
		lr_json_set(o, "retained", sum(&w->retained));
		lr_json_set(o, "share", json_real(w->share));
	}
	for (int v = 0; v < LTF_VERDICTS; v++)
		lr_json_set(verdicts, keys[v], sum(&w->verdicts[v]));
	lr_json_set(o, "verdicts", verdicts);
	lr_json_set(o, "chains_in_all", lr_json_number(w->found));
	for (size_t i = 0; i < w->used; i++)
		json_array_append_new(chains, chain(&w->chains[i], w->graph));
	lr_json_set(o, "chains", chains);
	return o;
}

static json_t *holders(const struct lr_holders_view *v)
{
	json_t *list = json_array();
	for (size_t i = 0; i < v->used; i++) {
		json_t *o = sum(&v->rows[i].retained);
		lr_json_set(o, "share", json_real(v->rows[i].share));
		lr_json_set(o, "holder", holder(v->rows[i].holder));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *shared(const struct lr_holders_view *v)
{
	json_t *list = json_array();
	for (size_t i = 0; i < v->shared_used; i++) {
		const struct lr_shared_row *r = &v->shared_rows[i];
		json_t *o = sum(&r->retained), *by = json_array();
		for (size_t k = 0; k < r->by_used; k++)
			json_array_append_new(by, holder(r->by[k]));
		lr_json_set(o, "share", json_real(r->share));
		lr_json_set(o, "own_blocks", lr_json_number(r->blocks));
		lr_json_set(o, "stack", lr_json_stack(r->stack, r->stack_used));
		lr_json_set(o, "frames_left_out", lr_json_number(r->stack_cut));
		lr_json_set(o, "held_by", by);
		lr_json_set(o, "held_by_others_too", json_boolean(r->by_more));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *sites(const struct lr_holders_view *v)
{
	json_t *list = json_array();
	for (size_t i = 0; i < v->sites_used; i++) {
		const struct lr_holder_site *s = &v->sites[i];
		json_t *o = sum(&s->retained);
		lr_json_set(o, "share", json_real(s->share));
		lr_json_set(o, "own", sum(&s->own));
		lr_json_set(o, "stack", lr_json_stack(s->stack, s->stack_used));
		lr_json_set(o, "frames_left_out", lr_json_number(s->stack_cut));
		json_array_append_new(list, o);
	}
	return list;
}

json_t *lr_json_holders(const struct lr_holders_view *v)
{
	json_t *o = json_object();
	lr_json_set(o, "scan", lr_json_number(v->scan->number));
	lr_json_set(o, "all_pointers_known", json_boolean(v->graph));
	lr_json_set(o, "live", sum(&v->all));
	lr_json_set(o, "holders_in_all", lr_json_number(v->found));
	lr_json_set(o, "holders", holders(v));
	lr_json_set(o, "other_holders", sum(&v->rest));
	lr_json_set(o, "shared", sum(&v->shared));
	lr_json_set(o, "shared_rows_in_all", lr_json_number(v->shared_found));
	lr_json_set(o, "shared_rows", shared(v));
	lr_json_set(o, "sites", v->graph ? sites(v) : json_array());
	return o;
}
