#include "tools/view/resources.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/view/resources_parts.h"

#define SORT_NAME(name, value) value,
const char *const lr_resource_sort_names[LR_RESOURCE_SORT_COUNT] = {LR_RESOURCE_SORTS(SORT_NAME)};

static uint64_t value_of(const struct lr_resource_row *r, enum lr_resource_sort sort)
{
	const uint64_t values[LR_RESOURCE_SORT_COUNT] = {[LR_RESOURCE_SORT_OPEN] = r->open,
		[LR_RESOURCE_SORT_CREATED] = r->created,
		[LR_RESOURCE_SORT_PEAK] = r->peak_open,
		[LR_RESOURCE_SORT_BYTES] = r->open_bytes};
	return values[sort];
}

static uint64_t change_of(const struct lr_resource_row *r)
{
	const struct lr_held *h = r->held;
	return h[1].blocks > h[0].blocks ? h[1].blocks - h[0].blocks : h[0].blocks - h[1].blocks;
}

/* The values are 0 where no two moments are asked for. */
static int by_value(const void *pa, const void *pb, void *sort)
{
	const struct lr_resource_row *a = pa, *b = pb;
	uint64_t ca = change_of(a), cb = change_of(b);
	uint64_t va = value_of(a, *(enum lr_resource_sort *)sort);
	uint64_t vb = value_of(b, *(enum lr_resource_sort *)sort);
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->inherited != b->inherited)
		return a->inherited ? 1 : -1;
	if (ca != cb)
		return ca > cb ? -1 : 1;
	if (va != vb)
		return va > vb ? -1 : 1;
	if (a->created != b->created)
		return a->created > b->created ? -1 : 1;
	return a->frame < b->frame ? -1 : a->frame > b->frame ? 1 : strcmp(a->name, b->name);
}

static void free_row(struct lr_resource_row *r)
{
	for (size_t i = 0; i < r->ones_used; i++)
		lr_resource_one_free(&r->ones[i]);
	free(r->ones);
	free(r->stack);
}

static struct lr_resource_sum sum_of(const struct lr_resource_making *k, unsigned kind)
{
	struct lr_resource_sum s = {
		.kind = kind, .total = lr_model_resource_total(k->m, kind), .first = k->v->used};
	for (size_t d = 0; d < k->m->dumps_used; d++) {
		const struct lr_open_sum at =
			lr_open_sum(lr_resource_moment(k, &k->m->dumps[d]), kind);
		s.open += at.open;
		s.open_bytes += at.bytes;
	}
	return s;
}

/* The first rows of each kind stay. */
static void cut(struct lr_resource_making *k)
{
	struct lr_resources_view *v = k->v;
	size_t all = v->used, at = 0;
	v->used = 0;
	v->kinds = lr_calloc(LR_RES_KINDS, sizeof(*v->kinds));
	for (unsigned kind = 0; kind < LR_RES_KINDS; kind++) {
		struct lr_resource_sum s = sum_of(k, kind);
		for (; at < all && v->rows[at].kind == kind; at++, s.all_rows++) {
			if (s.rows < k->q->sites->limit) {
				v->rows[v->used++] = v->rows[at];
				s.rows++;
			} else {
				v->rows[at].ones_used = 0;
				free_row(&v->rows[at]);
			}
		}
		if (lr_resource_wanted(k, kind) && (s.total.created || s.total.inherited))
			v->kinds[v->kinds_used++] = s;
	}
}

static const char *own(struct lr_resources_view *v, char *text)
{
	LR_GROW(v->owned, v->owned_used, v->owned_room);
	return v->owned[v->owned_used++] = text;
}

static void name_row(struct lr_resource_making *k, struct lr_resource_row *r)
{
	const struct lr_query *q = k->q->sites;
	if (r->inherited) {
		r->name = "(open when the process began)";
	} else if (q->group == LR_GROUP_THREAD) {
		r->name = r->thread
				  ? own(k->v, lr_thread_label(k->m, &k->m->threads[r->thread - 1]))
				  : "(all threads)";
	} else if (q->group == LR_GROUP_SITE) {
		r->name = lr_names_function(k->names, r->frame);
		r->stack = lr_stack_lines(
			k->m, k->names, r->frame, q->stack_max, &r->stack_used, &r->stack_cut);
		r->stack_rest = r->stack_cut;
		r->stack_main = lr_stack_to_main(r->stack, r->stack_used, &r->stack_rest);
	}
}

/* Whose tables know what was open. */
static const struct lr_scan *scan_of(const struct lr_resource_making *k, const struct lr_dump *d)
{
	return lr_scans_get(&d->scans, k->q->at == LR_OPEN_END ? LR_SCANS_LAST : k->q->at);
}

static const struct lr_scan_fd *fd_of(
	struct lr_resource_making *k, const struct lr_scan *scan, const struct lr_open_resource *o)
{
	if (!scan || o->kind != LR_RES_DESCRIPTOR)
		return NULL;
	if (k->fds_of != scan) {
		lr_map_free(&k->fds);
		for (size_t i = 0; i < scan->fds_used; i++)
			*lr_map_put(&k->fds, scan->fds[i].number, NULL) = (uint32_t)i;
		k->fds_of = scan;
	}
	const uint32_t *at = lr_map_find(&k->fds, o->handle);
	return at ? &scan->fds[*at] : NULL;
}

static void fill_row(struct lr_resource_making *k, struct lr_resource_row *r)
{
	name_row(k, r);
	for (size_t i = 0; i < r->ones_used; i++) {
		struct lr_resource_one *one = &r->ones[i];
		const struct lr_scan *scan = scan_of(k, one->dump);
		if (scan && one->res->created > scan->figure[LTF_SCAN_TIME_US])
			scan = NULL;
		*one = lr_resource_one(k->m, one->dump, one->res, scan, fd_of(k, scan, one->res));
	}
}

static void list_scans(struct lr_resources_view *v, const struct lr_model *m)
{
	for (size_t d = 0; d < m->dumps_used; d++) {
		const struct lr_dump *dump = &m->dumps[d];
		for (size_t i = 0; i < dump->scans.used; i++) {
			const struct lr_scan *scan = &dump->scans.scan[i];
			LR_GROW(v->scans, v->scans_used, v->scans_room);
			v->scans[v->scans_used++] = (struct lr_resource_scan){
				dump, scan, lr_dump_open_at(dump, scan->number)};
		}
	}
}

struct lr_resources_view *lr_resources_view_make(
	const struct lr_model *m, struct lr_names *names, const struct lr_resource_query *q)
{
	struct lr_resources_view *v = lr_calloc(1, sizeof(*v));
	struct lr_resource_making k = {
		.m = m, .names = names, .q = q, .match = lr_match_new(m, names, q->sites), .v = v};
	enum lr_resource_sort sort = q->sort;
	v->group = q->sites->group;
	v->sort = q->sort;
	v->at = q->at;
	lr_resource_rows(&k);
	if (v->used)
		qsort_r(v->rows, v->used, sizeof(*v->rows), by_value, &sort);
	cut(&k);
	for (size_t i = 0; i < v->used; i++)
		fill_row(&k, &v->rows[i]);
	list_scans(v, m);
	lr_match_free(k.match);
	lr_map_free(&k.fds);
	free(k.sites.list);
	free(k.open.list);
	return v;
}

void lr_resources_view_free(struct lr_resources_view *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->used; i++)
		free_row(&v->rows[i]);
	for (size_t i = 0; i < v->owned_used; i++)
		free(v->owned[i]);
	free(v->owned);
	free(v->rows);
	free(v->scans);
	free(v->kinds);
	free(v);
}
