/* Sites of one kind and group stand side by side once they are sorted, and so do the open ones,
 * which are looked up there. */
#include "tools/view/resources.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/view/match.h"

#define SORT_NAME(name, value) value,
const char *const lr_resource_sort_names[LR_RESOURCE_SORT_COUNT] = {LR_RESOURCE_SORTS(SORT_NAME)};

/* What rows are told apart by. */
struct key {
	unsigned kind;
	uint64_t number;  /* a frame or a thread; else 0 */
	const char *name; /* a function, file or module; else "" */
};

/* A site, or an open one. */
struct item {
	struct key key;
	const struct lr_resource_site *site;
	const struct lr_open_resource *res;
	const struct lr_dump *dump;
	size_t order;
};

struct items {
	struct item *list;
	size_t used, room;
};

struct making {
	const struct lr_model *m;
	struct lr_names *names;
	const struct lr_resource_query *q;
	struct lr_match *match;
	struct lr_resources_view *v;
	struct items sites, open;
	size_t rows_room;
	const struct lr_scan *fds_of;
	struct lr_map fds; /* number -> index in that scan's table */
};

static int by_key(const struct key *a, const struct key *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int by_item(const void *pa, const void *pb)
{
	const struct item *a = pa, *b = pb;
	int c = by_key(&a->key, &b->key);
	return c ? c : a->order < b->order ? -1 : a->order > b->order;
}

static struct key key_of(const struct making *k, unsigned kind, uint32_t frame, uint32_t thread)
{
	struct key key = {.kind = kind, .name = ""};
	switch (k->q->sites->group) {
	case LR_GROUP_FUNCTION:
		key.name = lr_names_function(k->names, frame);
		break;
	case LR_GROUP_FILE:
		key.name = lr_names_file(k->names, frame);
		break;
	case LR_GROUP_MODULE:
		key.name = lr_names_module(k->names, frame);
		break;
	case LR_GROUP_THREAD:
		key.number = thread;
		break;
	default:
		key.number = frame;
	}
	return key;
}

static bool is_wanted(const struct making *k, unsigned kind)
{
	return !k->q->kinds || k->q->kinds[kind];
}

static bool is_filtered(const struct lr_query *q)
{
	return q->function || q->file || q->module || q->thread;
}

static void add(struct items *list, struct item item)
{
	LR_GROW(list->list, list->used, list->room);
	item.order = list->used;
	list->list[list->used++] = item;
}

static void gather_sites(struct making *k)
{
	for (size_t i = 0; i < k->m->resources_used; i++) {
		const struct lr_resource_site *s = &k->m->resources[i];
		if (!is_wanted(k, s->kind) || !lr_match_stack(k->match, s->frame, s->thread))
			continue;
		add(&k->sites,
			(struct item){.key = key_of(k, s->kind, s->frame, s->thread), .site = s});
	}
	if (k->sites.used)
		qsort(k->sites.list, k->sites.used, sizeof(*k->sites.list), by_item);
}

/* What was open in the dump at the moment that was asked for. */
static const struct lr_open_at *moment_of(const struct making *k, const struct lr_dump *d)
{
	uint32_t at = k->q->at;
	if (at == LR_SCANS_LAST) {
		const struct lr_scan *last = lr_scans_get(&d->scans, LR_SCANS_LAST);
		if (!last)
			return NULL;
		at = last->number;
	}
	const struct lr_open_at *open = lr_dump_open_at(d, at);
	return open && open->list ? open : NULL;
}

static void gather_open(struct making *k)
{
	for (size_t d = 0; d < k->m->dumps_used; d++) {
		const struct lr_open_at *at = moment_of(k, &k->m->dumps[d]);
		k->v->without += !at;
		for (size_t i = 0; at && i < at->used; i++) {
			const struct lr_open_resource *o = &at->list[i];
			if (o->inherited || !is_wanted(k, o->kind) ||
				!lr_match_stack(k->match, o->site, o->thread))
				continue;
			add(&k->open, (struct item){.key = key_of(k, o->kind, o->site, o->thread),
					      .res = o,
					      .dump = &k->m->dumps[d]});
		}
	}
	if (k->open.used)
		qsort(k->open.list, k->open.used, sizeof(*k->open.list), by_item);
}

/* The first of the open ones that does not come before the key. */
static size_t lower_bound(const struct items *open, const struct key *key)
{
	size_t low = 0, high = open->used;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (by_key(&open->list[mid].key, key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void add_site(struct lr_resource_row *r, const struct lr_resource_site *s)
{
	r->created += s->created;
	r->released += s->released;
	r->lost += s->lost;
	r->open += s->open;
	r->open_bytes += s->open_bytes;
	if (s->peak_open > r->peak_open)
		r->peak_time = s->peak_time;
	r->peak_open += s->peak_open;
	for (int i = 0; i < 2; i++) {
		r->held[i].blocks += s->held[i].blocks;
		r->held[i].bytes += s->held[i].bytes;
	}
	r->sites++;
}

static void list_ones(struct making *k, struct lr_resource_row *r, size_t first, size_t end)
{
	uint64_t open = 0, bytes = 0;
	for (size_t i = first; i < end; i++) {
		const struct lr_open_resource *o = k->open.list[i].res;
		open += !o->released;
		bytes += o->released ? 0 : o->length;
	}
	if (k->q->at != LR_OPEN_END) { /* at the end the counters are right beyond all limits */
		r->open = open;
		r->open_bytes = bytes;
	}
	r->ones_all = end - first;
	r->ones = lr_calloc(r->ones_all, sizeof(*r->ones));
	r->ones_used = 0;
	for (size_t i = first; i < end && r->ones_used < k->q->open_max; i++)
		r->ones[r->ones_used++] = (struct lr_resource_one){
			.res = k->open.list[i].res, .dump = k->open.list[i].dump};
}

static bool is_changed(const struct lr_resource_row *r)
{
	return r->held[0].blocks != r->held[1].blocks || r->held[0].bytes != r->held[1].bytes;
}

static void add_row(struct making *k, const struct lr_resource_row *r)
{
	struct lr_resources_view *v = k->v;
	if (k->q->changed ? !is_changed(r) : !k->q->all && r->open == 0) {
		free(r->ones);
		return;
	}
	LR_GROW(v->rows, v->used, k->rows_room);
	v->rows[v->used++] = *r;
}

static void make_rows(struct making *k)
{
	const struct items *s = &k->sites;
	for (size_t i = 0, next; i < s->used; i = next) {
		const struct key *key = &s->list[i].key;
		struct lr_resource_row r = {
			.kind = key->kind, .name = key->name, .frame = s->list[i].site->frame};
		for (next = i; next < s->used && by_key(&s->list[next].key, key) == 0; next++)
			add_site(&r, s->list[next].site);
		size_t first = lower_bound(&k->open, key), end = first;
		while (end < k->open.used && by_key(&k->open.list[end].key, key) == 0)
			end++;
		list_ones(k, &r, first, end);
		if (k->q->sites->group != LR_GROUP_SITE)
			r.frame = 0;
		if (k->q->sites->group == LR_GROUP_THREAD)
			r.thread = (uint32_t)key->number;
		add_row(k, &r);
	}
}

/* What was open when the processes began. */
static void make_inherited(struct making *k)
{
	for (unsigned kind = 0; kind < LR_RES_KINDS; kind++) {
		struct lr_resource_row r = {.kind = kind, .inherited = true, .name = ""};
		size_t room = 0;
		for (size_t d = 0; is_wanted(k, kind) && d < k->m->dumps_used; d++) {
			const struct lr_open_at *at = moment_of(k, &k->m->dumps[d]);
			for (size_t i = 0; at && i < at->used; i++) {
				if (!at->list[i].inherited || at->list[i].kind != kind)
					continue;
				r.open++;
				if (r.ones_all++ >= k->q->open_max)
					continue;
				LR_GROW(r.ones, r.ones_used, room);
				r.ones[r.ones_used++] = (struct lr_resource_one){
					.res = &at->list[i], .dump = &k->m->dumps[d]};
			}
		}
		if (r.open)
			add_row(k, &r);
	}
}

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

static struct lr_resource_sum sum_of(const struct making *k, unsigned kind)
{
	struct lr_resource_sum s = {
		.kind = kind, .total = lr_model_resource_total(k->m, kind), .first = k->v->used};
	for (size_t d = 0; d < k->m->dumps_used; d++) {
		const struct lr_open_sum at = lr_open_sum(moment_of(k, &k->m->dumps[d]), kind);
		s.open += at.open;
		s.open_bytes += at.bytes;
	}
	return s;
}

/* The first rows of each kind stay. */
static void cut(struct making *k)
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
		if (is_wanted(k, kind) && (s.total.created || s.total.inherited))
			v->kinds[v->kinds_used++] = s;
	}
}

static const char *own(struct lr_resources_view *v, char *text)
{
	LR_GROW(v->owned, v->owned_used, v->owned_room);
	return v->owned[v->owned_used++] = text;
}

static void name_row(struct making *k, struct lr_resource_row *r)
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
static const struct lr_scan *scan_of(const struct making *k, const struct lr_dump *d)
{
	return lr_scans_get(&d->scans, k->q->at == LR_OPEN_END ? LR_SCANS_LAST : k->q->at);
}

/* The descriptor as the scan has seen it; NULL when it was opened after that. */
static const struct lr_scan_fd *fd_of(
	struct making *k, const struct lr_scan *scan, const struct lr_open_resource *o)
{
	if (!scan || o->kind != LR_RES_DESCRIPTOR || o->created > scan->figure[LTF_SCAN_TIME_US])
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

static void fill_row(struct making *k, struct lr_resource_row *r)
{
	name_row(k, r);
	for (size_t i = 0; i < r->ones_used; i++) {
		struct lr_resource_one *one = &r->ones[i];
		const struct lr_scan *scan = scan_of(k, one->dump);
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
	struct making k = {
		.m = m, .names = names, .q = q, .match = lr_match_new(m, names, q->sites), .v = v};
	enum lr_resource_sort sort = q->sort;
	v->group = q->sites->group;
	v->sort = q->sort;
	v->at = q->at;
	gather_sites(&k);
	gather_open(&k);
	make_rows(&k);
	if (q->all && !is_filtered(q->sites))
		make_inherited(&k);
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
