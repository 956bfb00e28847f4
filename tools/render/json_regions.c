#include "tools/render/json_parts.h"

static const char *const of[LR_OF_BOTH] = {"allocations", "bytes"};
static const char *const blocks[LR_OF_BOTH] = {"blocks", "bytes"};

static json_t *both(const char *const *keys, const uint64_t *values)
{
	json_t *o = json_object();
	for (int i = 0; i < LR_OF_BOTH; i++)
		lr_json_set(o, keys[i], lr_json_number(values[i]));
	return o;
}

static json_t *means(const char *const *keys, const double *values)
{
	json_t *o = json_object();
	for (int i = 0; i < LR_OF_BOTH; i++)
		lr_json_set(o, keys[i], json_real(values[i]));
	return o;
}

static void entries(json_t *o, const struct lr_region_row *r)
{
	const struct lr_entries *e = &r->entries;
	bool any = r->exact && (e->ended || e->not_ended), ended = r->exact && e->ended;
	lr_json_set(o, "entries", r->begun ? lr_json_number(e->begun) : json_null());
	lr_json_set(o, "entries_within_itself", lr_json_number(e->again));
	lr_json_set(o, "entries_inherited", lr_json_number(e->inherited));
	lr_json_set(o, "entries_not_ended", lr_json_number(e->not_ended));
	lr_json_set(o, "per_entry", r->has_per ? means(of, r->per) : json_null());
	lr_json_set(o, "least_in_one", any ? both(of, e->least) : json_null());
	lr_json_set(o, "most_in_one", any ? both(of, e->most) : json_null());
	lr_json_set(o, "most_live_bytes_in_one", any ? lr_json_number(e->most_live) : json_null());
	lr_json_set(o, "left", ended ? both(blocks, e->left) : json_null());
	lr_json_set(o, "left_per_entry", ended ? means(blocks, r->left_per) : json_null());
	lr_json_set(o, "most_left_by_one", ended ? both(blocks, e->most_left) : json_null());
}

static json_t *row(const struct lr_region_row *r)
{
	json_t *o = lr_json_counts(&r->counts), *sites = json_array();
	lr_json_set(o, "region", lr_json_text(r->path));
	lr_json_set(o, "program", lr_json_text(r->program));
	lr_json_set(o, "begun", json_boolean(r->begun));
	lr_json_set(o, "depth", lr_json_number(r->depth));
	lr_json_set(o, "share", json_real(r->share));
	lr_json_set(o, "own", lr_json_counts(&r->own));
	entries(o, r);
	for (size_t i = 0; i < r->sites_used; i++) {
		const struct lr_region_site *s = &r->sites[i];
		json_t *site = lr_json_counts(&s->counts);
		lr_json_set(site, "stack", lr_json_stack(s->stack, s->stack_used));
		lr_json_set(site, "frames_left_out", lr_json_number(s->stack_cut));
		json_array_append_new(sites, site);
	}
	lr_json_set(o, "sites", sites);
	return o;
}

static json_t *marks(const struct lr_regions_view *v)
{
	json_t *list = json_array();
	for (size_t i = 0; i < v->marked_used; i++)
		for (size_t k = 0; k < v->marked[i]->marks_used; k++) {
			const struct lr_mark *m = &v->marked[i]->marks[k];
			json_t *o = json_object();
			lr_json_set(o, "mark", lr_json_text(m->name));
			lr_json_set(o, "pid", lr_json_number(v->marked[i]->header.pid));
			lr_json_set(o, "time_microseconds", lr_json_number(m->at.time));
			lr_json_set(o, "allocations", lr_json_number(m->at.allocations));
			lr_json_set(o, "allocated_bytes", lr_json_number(m->at.allocated_bytes));
			lr_json_set(o, "live_blocks", lr_json_number(m->at.live_blocks));
			lr_json_set(o, "live_bytes", lr_json_number(m->at.live_bytes));
			json_array_append_new(list, o);
		}
	return list;
}

json_t *lr_json_regions(const struct lr_regions_view *v)
{
	json_t *o = json_object(), *rows = json_array(), *unbalanced = json_object();
	lr_json_set(o, "sort", lr_json_text(lr_region_sort_names[v->sort]));
	lr_json_set(o, "by_functions", json_boolean(v->by_functions));
	lr_json_set(o, "rows_in_all", lr_json_number(v->all_rows));
	lr_json_set(o, "total", lr_json_counts(&v->total));
	lr_json_set(o, "outside", lr_json_counts(&v->outside));
	for (size_t i = 0; i < v->used; i++)
		json_array_append_new(rows, row(&v->rows[i]));
	lr_json_set(o, "rows", rows);
	for (size_t i = 0; i < v->notes_used; i++)
		lr_json_set(unbalanced, v->notes[i].key, lr_json_number(v->notes[i].count));
	lr_json_set(o, "unbalanced", unbalanced);
	lr_json_set(o, "marks", marks(v));
	return o;
}
