/* Sites of one kind and group stand side by side once they are sorted, and so do the open ones,
 * which are looked up there. */
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/view/resources_parts.h"

static int by_key(const struct lr_resource_key *a, const struct lr_resource_key *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int by_item(const void *pa, const void *pb)
{
	const struct lr_resource_item *a = pa, *b = pb;
	int c = by_key(&a->key, &b->key);
	return c ? c : a->order < b->order ? -1 : a->order > b->order;
}

static struct lr_resource_key key_of(
	const struct lr_resource_making *k, unsigned kind, uint32_t frame, uint32_t thread)
{
	struct lr_resource_key key = {.kind = kind, .name = ""};
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

static bool is_filtered(const struct lr_query *q)
{
	return q->function || q->file || q->module || q->thread;
}

static void add(struct lr_resource_items *list, struct lr_resource_item item)
{
	LR_GROW(list->list, list->used, list->room);
	item.order = list->used;
	list->list[list->used++] = item;
}

static void gather_sites(struct lr_resource_making *k)
{
	for (size_t i = 0; i < k->m->resources_used; i++) {
		const struct lr_resource_site *s = &k->m->resources[i];
		if (!lr_resource_wanted(k, s->kind) ||
			!lr_match_stack(k->match, s->frame, s->thread))
			continue;
		add(&k->sites, (struct lr_resource_item){
				       .key = key_of(k, s->kind, s->frame, s->thread), .site = s});
	}
	if (k->sites.used)
		qsort(k->sites.list, k->sites.used, sizeof(*k->sites.list), by_item);
}

const struct lr_open_at *lr_resource_moment(
	const struct lr_resource_making *k, const struct lr_dump *d)
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

static void gather_open(struct lr_resource_making *k)
{
	for (size_t d = 0; d < k->m->dumps_used; d++) {
		const struct lr_open_at *at = lr_resource_moment(k, &k->m->dumps[d]);
		k->v->without += !at;
		for (size_t i = 0; at && i < at->used; i++) {
			const struct lr_open_resource *o = &at->list[i];
			if (o->inherited || !lr_resource_wanted(k, o->kind) ||
				!lr_match_stack(k->match, o->site, o->thread))
				continue;
			add(&k->open, (struct lr_resource_item){
					      .key = key_of(k, o->kind, o->site, o->thread),
					      .res = o,
					      .dump = &k->m->dumps[d]});
		}
	}
	if (k->open.used)
		qsort(k->open.list, k->open.used, sizeof(*k->open.list), by_item);
}

/* The first of the open ones that does not come before the key. */
static size_t lower_bound(const struct lr_resource_items *open, const struct lr_resource_key *key)
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

static void list_ones(
	struct lr_resource_making *k, struct lr_resource_row *r, size_t first, size_t end)
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

static void add_row(struct lr_resource_making *k, const struct lr_resource_row *r)
{
	struct lr_resources_view *v = k->v;
	if (k->q->changed ? !is_changed(r) : !k->q->all && r->open == 0) {
		free(r->ones);
		return;
	}
	LR_GROW(v->rows, v->used, k->rows_room);
	v->rows[v->used++] = *r;
}

static void make_rows(struct lr_resource_making *k)
{
	const struct lr_resource_items *s = &k->sites;
	for (size_t i = 0, next; i < s->used; i = next) {
		const struct lr_resource_key *key = &s->list[i].key;
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
static void make_inherited(struct lr_resource_making *k)
{
	for (unsigned kind = 0; kind < LR_RES_KINDS; kind++) {
		struct lr_resource_row r = {.kind = kind, .inherited = true, .name = ""};
		size_t room = 0;
		for (size_t d = 0; lr_resource_wanted(k, kind) && d < k->m->dumps_used; d++) {
			const struct lr_open_at *at = lr_resource_moment(k, &k->m->dumps[d]);
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

void lr_resource_rows(struct lr_resource_making *k)
{
	gather_sites(k);
	gather_open(k);
	make_rows(k);
	if (k->q->all && !is_filtered(k->q->sites))
		make_inherited(k);
}
