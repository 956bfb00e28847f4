#include "tools/view/changes.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/changes_parts.h"

#define CHANGE_KEY(name, key) key,
const char *const lr_change_keys[LR_CHANGE_KIND_COUNT] = {LR_CHANGE_KINDS(CHANGE_KEY)};

static const enum lr_metric sorted_by[LR_SORT_COUNT] = {
	[LR_SORT_ALLOCATIONS] = LR_METRIC_ALLOCATIONS,
	[LR_SORT_BYTES] = LR_METRIC_BYTES,
	[LR_SORT_PEAK] = LR_METRIC_PEAK,
	[LR_SORT_UNFREED] = LR_METRIC_LIVE_BYTES,
	[LR_SORT_TEMPORARY] = LR_METRIC_TEMPORARY};

/* What makes a site one that changed. Its share of the peak does not, unless it is asked for: one
 * block more somewhere moves the peak, and with it the shares of all. */
static const enum lr_metric counted[] = {LR_METRIC_ALLOCATIONS, LR_METRIC_BYTES, LR_METRIC_LIVE,
	LR_METRIC_LIVE_BYTES, LR_METRIC_DEFINITE, LR_METRIC_DEFINITE_BYTES, LR_METRIC_INDIRECT,
	LR_METRIC_INDIRECT_BYTES, LR_METRIC_POSSIBLE, LR_METRIC_POSSIBLE_BYTES,
	LR_METRIC_REACHABLE_BYTES};
enum { COUNTED = sizeof(counted) / sizeof(*counted) };

void lr_changes_path(const struct lr_measured_frame *f, size_t max, size_t *used, size_t *left_out)
{
	*used = f->depth < max ? f->depth : max;
	*left_out = f->depth - *used;
}

static uint64_t lost(const struct lr_change *r, int side)
{
	return r->of[LR_METRIC_DEFINITE_BYTES].of[side] + r->of[LR_METRIC_INDIRECT_BYTES].of[side] +
	       r->of[LR_METRIC_POSSIBLE_BYTES].of[side];
}

/* Rows by the names of their groups. */
struct grouping {
	struct lr_changes *v;
	size_t room;
	struct lr_map of; /* hash of a name -> row plus 1 */
	uint32_t *next;
	size_t next_room;
};

static struct lr_change *new_row(struct grouping *g, const char *name)
{
	LR_GROW(g->v->rows, g->v->used, g->room);
	g->v->rows[g->v->used] = (struct lr_change){.name = name};
	return &g->v->rows[g->v->used++];
}

static struct lr_change *row_named(struct grouping *g, const char *name)
{
	uint64_t hash = lr_hash_seed();
	for (const char *s = name; *s; s++)
		hash = (hash ^ (uint8_t)*s) * 0x100000001b3ULL;
	uint32_t *first = lr_map_put(&g->of, hash, NULL);
	for (uint32_t i = *first; i; i = g->next[i - 1])
		if (strcmp(g->v->rows[i - 1].name, name) == 0)
			return &g->v->rows[i - 1];
	struct lr_change *r = new_row(g, name);
	if (g->next_room < g->room)
		g->next = lr_resize(g->next, g->next_room = g->room, sizeof(*g->next));
	g->next[g->v->used - 1] = *first;
	*first = (uint32_t)g->v->used;
	return r;
}

static const struct lr_measured_site *site_of(
	const struct lr_compare *c, const struct lr_compared_site *s)
{
	int side = s->site[LR_AFTER] ? LR_AFTER : LR_BEFORE;
	return &c->of[side]->sites[s->site[side] - 1];
}

/* An offset alone could be any module's. */
static const char *function_name(struct lr_changes *v, const struct lr_measured_frame *f)
{
	if (!lr_measured_is_nameless(f->function) || !f->module[0])
		return f->function;
	LR_GROW(v->owned, v->owned_used, v->owned_room);
	return v->owned[v->owned_used++] = lr_format("%s+%s", f->module, f->function);
}

static const char *group_name(struct lr_changes *v, const struct lr_measured_site *s)
{
	switch (v->group) {
	case LR_GROUP_FILE:
		return s->file ? s->file : "(unknown file)";
	case LR_GROUP_MODULE:
		return s->means->module[0] ? s->means->module : "(unknown module)";
	default:
		return function_name(v, s->means);
	}
}

static void add_values(struct lr_change *r, const struct lr_values *values, int side)
{
	for (int i = 0; i < LR_METRIC_COUNT; i++)
		r->of[i].of[side] += values->of[i];
}

static void gather_sites(struct grouping *g)
{
	const struct lr_compare *c = g->v->compare;
	for (size_t i = 0; i < c->used; i++) {
		const struct lr_compared_site *s = &c->sites[i];
		const struct lr_measured_site *site = site_of(c, s);
		if (s->unsure)
			continue;
		bool single = g->v->group == LR_GROUP_SITE;
		struct lr_change *r = single ? new_row(g, function_name(g->v, site->means))
					     : row_named(g, group_name(g->v, site));
		if (single) {
			r->site = site;
			r->compared = s;
			r->means = site->means;
		}
		r->sites++;
		add_values(r, &s->of[LR_BEFORE], LR_BEFORE);
		add_values(r, &s->of[LR_AFTER], LR_AFTER);
	}
}

/* Threads of one name, of whatever program. */
static void gather_threads(struct grouping *g)
{
	for (int side = 0; side < 2; side++) {
		const struct lr_measure *m = g->v->compare->of[side];
		for (size_t i = 0; i < m->threads_used; i++) {
			struct lr_change *r = row_named(g, m->threads[i].name);
			add_values(r, &m->threads[i].values, side);
			r->sites++;
		}
	}
}

static bool is_changed(const struct lr_changes *v, const struct lr_change *r)
{
	bool differs = lr_two_differ(&r->of[v->metric]);
	for (int i = 0; i < COUNTED && !differs; i++)
		differs = lr_two_differ(&r->of[counted[i]]);
	return differs;
}

static enum lr_change_kind kind_of(const struct lr_changes *v, const struct lr_change *r)
{
	const struct lr_two *allocations = &r->of[LR_METRIC_ALLOCATIONS], *t = &r->of[v->metric];
	bool less;
	if (!allocations->of[LR_BEFORE])
		return LR_CHANGE_NEW;
	if (!allocations->of[LR_AFTER])
		return LR_CHANGE_GONE;
	if (v->lost_first && lr_two_differ(&r->lost_bytes))
		t = &r->lost_bytes;
	for (int i = 0; i < COUNTED && !lr_two_differ(t); i++)
		t = &r->of[counted[i]];
	lr_two_by(t, &less);
	return less ? LR_CHANGE_LESS : LR_CHANGE_MORE;
}

/* Only rows that changed stay. */
static void keep_changed(struct lr_changes *v)
{
	size_t to = 0;
	for (size_t i = 0; i < v->used; i++) {
		struct lr_change *r = &v->rows[i];
		if (!is_changed(v, r))
			continue;
		r->lost_bytes = (struct lr_two){{lost(r, LR_BEFORE), lost(r, LR_AFTER)}};
		r->kind = kind_of(v, r);
		v->kinds[r->kind]++;
		v->rows[to++] = *r;
	}
	v->used = v->all_rows = to;
}

static int by_path(const struct lr_measured_frame *a, const struct lr_measured_frame *b)
{
	for (; a && b && a != b; a = a->outer, b = b->outer) {
		int c = strcmp(a->function, b->function);
		if (c)
			return c;
	}
	return a == b ? 0 : a ? 1 : -1;
}

static int by_two(const struct lr_two *a, const struct lr_two *b)
{
	bool less;
	uint64_t da = lr_two_by(a, &less), db = lr_two_by(b, &less);
	return da == db ? 0 : da > db ? -1 : 1;
}

static int by_change(const void *pa, const void *pb, void *ctx)
{
	static const enum lr_metric then[] = {
		LR_METRIC_ALLOCATIONS, LR_METRIC_BYTES, LR_METRIC_LIVE_BYTES, LR_METRIC_PEAK};
	const struct lr_change *a = pa, *b = pb;
	const struct lr_changes *v = ctx;
	int c = v->lost_first ? by_two(&a->lost_bytes, &b->lost_bytes) : 0;
	if (!c)
		c = by_two(&a->of[v->metric], &b->of[v->metric]);
	for (size_t i = 0; !c && i < sizeof(then) / sizeof(*then); i++)
		c = by_two(&a->of[then[i]], &b->of[then[i]]);
	if (!c)
		c = strcmp(a->name, b->name);
	return c || !a->site ? c : by_path(a->site->path, b->site->path);
}

static void make_totals(struct lr_changes *v)
{
	for (int side = 0; side < 2; side++) {
		const struct lr_values *t = &v->compare->of[side]->total;
		for (int i = 0; i < LR_METRIC_COUNT; i++)
			v->total[i].of[side] = t->of[i];
		v->lost_bytes.of[side] = t->of[LR_METRIC_DEFINITE_BYTES] +
					 t->of[LR_METRIC_INDIRECT_BYTES] +
					 t->of[LR_METRIC_POSSIBLE_BYTES];
	}
}

static const struct lr_measured_site *site_at(const struct lr_compare *c, uint32_t id)
{
	return id ? site_of(c, &c->sites[id - 1]) : NULL;
}

static int by_finding(const void *pa, const void *pb)
{
	const struct lr_finding_change *a = pa, *b = pb;
	int c = by_two(&a->count, &b->count);
	c = c ? c : by_two(&a->bytes, &b->bytes);
	c = c ? c : strcmp(a->kind, b->kind);
	return c || !a->site || !b->site ? c : by_path(a->site->path, b->site->path);
}

static void make_findings(struct lr_changes *v, const struct lr_query *q)
{
	const struct lr_compare *c = v->compare;
	v->findings = lr_calloc(c->findings_used, sizeof(*v->findings));
	for (size_t i = 0; i < c->findings_used; i++) {
		const struct lr_compared_finding *f = &c->findings[i];
		struct lr_finding_change x = {.kind = f->kind,
			.count = {{f->count[LR_BEFORE], f->count[LR_AFTER]}},
			.bytes = {{f->bytes[LR_BEFORE], f->bytes[LR_AFTER]}},
			.site = site_at(c, f->site)};
		if (!lr_two_differ(&x.count) && !lr_two_differ(&x.bytes))
			continue;
		if (x.site)
			lr_changes_path(x.site->means, q->stack_max, &x.path_used, &x.left_out);
		v->findings[v->all_findings++] = x;
	}
	if (v->all_findings)
		qsort(v->findings, v->all_findings, sizeof(*v->findings), by_finding);
	v->findings_used = v->all_findings < q->limit ? v->all_findings : q->limit;
}

static int by_resource(const void *pa, const void *pb)
{
	const struct lr_resource_change *a = pa, *b = pb;
	int c = by_two(&a->open, &b->open);
	c = c ? c : by_two(&a->created, &b->created);
	c = c ? c : strcmp(a->kind, b->kind);
	return c || !a->site || !b->site ? c : by_path(a->site->path, b->site->path);
}

static void make_resources(struct lr_changes *v, const struct lr_query *q)
{
	const struct lr_compare *c = v->compare;
	v->resources = lr_calloc(c->resources_used, sizeof(*v->resources));
	for (size_t i = 0; i < c->resources_used; i++) {
		const struct lr_compared_resource *r = &c->resources[i];
		struct lr_resource_change x = {.kind = r->kind,
			.created = {{r->created[LR_BEFORE], r->created[LR_AFTER]}},
			.open = {{r->open[LR_BEFORE], r->open[LR_AFTER]}},
			.peak = {{r->peak[LR_BEFORE], r->peak[LR_AFTER]}},
			.site = site_at(c, r->site)};
		if (!lr_two_differ(&x.created) && !lr_two_differ(&x.open))
			continue;
		if (x.site)
			lr_changes_path(x.site->means, q->stack_max, &x.path_used, &x.left_out);
		v->resources[v->all_resources++] = x;
	}
	if (v->all_resources)
		qsort(v->resources, v->all_resources, sizeof(*v->resources), by_resource);
	v->resources_used = v->all_resources < q->limit ? v->all_resources : q->limit;
}

static bool nothing_differs(const struct lr_changes *v)
{
	for (int i = 0; i < COUNTED; i++)
		if (lr_two_differ(&v->total[counted[i]]))
			return false;
	return !v->all_rows && !v->all_findings && !v->all_resources &&
	       !lr_two_differ(&v->total[v->metric]);
}

static void make_rows(struct lr_changes *v, const struct lr_query *q)
{
	struct grouping g = {.v = v};
	if (v->group == LR_GROUP_THREAD)
		gather_threads(&g);
	else
		gather_sites(&g);
	lr_map_free(&g.of);
	free(g.next);
	keep_changed(v);
	if (v->used)
		qsort_r(v->rows, v->used, sizeof(*v->rows), by_change, v);
	if (v->used > q->limit)
		v->used = q->limit;
	for (size_t i = 0; i < v->used; i++)
		if (v->rows[i].means)
			lr_changes_path(v->rows[i].means, q->stack_max, &v->rows[i].path_used,
				&v->rows[i].left_out);
}

struct lr_changes *lr_changes_make(const struct lr_compare *c, const struct lr_query *q, int sort)
{
	struct lr_changes *v = lr_calloc(1, sizeof(*v));
	v->compare = c;
	v->group = q->group;
	v->metric = sort < 0 ? LR_METRIC_ALLOCATIONS : sorted_by[sort];
	v->lost_first = sort < 0;
	make_totals(v);
	make_rows(v, q);
	make_findings(v, q);
	make_resources(v, q);
	v->same = nothing_differs(v);
	lr_changes_branches(v, q);
	lr_changes_notes(v);
	return v;
}

void lr_changes_free(struct lr_changes *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->notes_used; i++)
		free(v->notes[i]);
	for (size_t i = 0; i < v->owned_used; i++)
		free(v->owned[i]);
	free(v->owned);
	free(v->notes);
	free(v->rows);
	free(v->branches);
	free(v->findings);
	free(v->resources);
	free(v);
}
