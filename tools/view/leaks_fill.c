/* What rows tell beside their sums: what they own, where others of their sites are released, names
 * and stacks. */
#include <stdlib.h>
#include "tools/util/map.h"
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/leaks_parts.h"

enum { OWNS_SHOWN = 3, OWNS_STACK = 3, RELEASES_SHOWN = 3, RELEASES_STACK = 4 };

struct filling {
	struct lr_leaks *l;
	const struct lr_model *m;
	const struct lr_leak_sites *sites;
};

size_t lr_leak_first_owned(const struct lr_leak_sites *s, uint32_t owner)
{
	size_t lo = 0, hi = s->owned_used;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (s->owned[mid].owner < owner)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int by_owned_bytes(const void *pa, const void *pb)
{
	const struct lr_leak_owned *a = pa, *b = pb;
	if (a->sum.bytes != b->sum.bytes)
		return a->sum.bytes > b->sum.bytes ? -1 : 1;
	return a->frame < b->frame ? -1 : a->frame > b->frame;
}

/* Of the rows' lists, so that each can be filled when it is shown. */
static void list_owns(const struct filling *w, struct lr_leak_row *r)
{
	const struct lr_leak_sites *s = w->sites;
	size_t first = lr_leak_first_owned(s, r->frame), n = 0;
	while (first + n < s->owned_used && s->owned[first + n].owner == r->frame)
		n++;
	struct lr_leak_owned *all = lr_calloc(n, sizeof(*all));
	for (size_t i = 0; i < n; i++)
		all[i] = (struct lr_leak_owned){
			.sum = s->owned[first + i].sum, .frame = s->owned[first + i].site};
	if (n)
		qsort(all, n, sizeof(*all), by_owned_bytes);
	r->owns = all;
	r->owns_all = n;
	r->owns_used = n < OWNS_SHOWN ? n : OWNS_SHOWN;
}

static int by_count(const void *pa, const void *pb)
{
	const struct lr_leak_release *a = pa, *b = pb;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->frame < b->frame ? -1 : a->frame > b->frame;
}

static void add_release(struct lr_leak_row *r, const struct lr_release *from)
{
	size_t n = r->releases_used;
	if ((n & (n - 1)) == 0)
		r->releases = lr_resize(r->releases, n ? 2 * n : 1, sizeof(*r->releases));
	r->releases[r->releases_used++] =
		(struct lr_leak_release){.count = from->count, .frame = from->at};
}

/* Where other blocks of the rows' sites were released: the places that were seen most. */
static void list_releases(const struct filling *w, const struct lr_map *row_of)
{
	for (size_t i = 0; i < w->m->releases_used; i++)
		for (unsigned c = 0; c < LR_LEAK_CLASS_COUNT; c++) {
			uint64_t key = (uint64_t)c << 32 | w->m->releases[i].frame;
			const uint32_t *at = lr_map_find(row_of, key);
			if (at)
				add_release(&w->l->rows[*at], &w->m->releases[i]);
		}
	for (size_t i = 0; i < w->l->used; i++) {
		struct lr_leak_row *r = &w->l->rows[i];
		if (r->releases_used)
			qsort(r->releases, r->releases_used, sizeof(*r->releases), by_count);
		if (r->releases_used > RELEASES_SHOWN)
			r->releases_used = RELEASES_SHOWN;
	}
}

static void fill_counts(const struct filling *w)
{
	struct lr_map row_of = {0};
	for (size_t i = 0; i < w->l->used; i++)
		*lr_map_put(&row_of, (uint64_t)w->l->rows[i].class << 32 | w->l->rows[i].frame,
			NULL) = (uint32_t)i;
	for (size_t i = 0; i < w->m->sites_used; i++)
		for (unsigned c = 0; c < LR_LEAK_CLASS_COUNT; c++) {
			const struct lr_site *s = &w->m->sites[i];
			const uint32_t *at = lr_map_find(&row_of, (uint64_t)c << 32 | s->frame);
			if (!at)
				continue;
			w->l->rows[*at].allocations += s->counts.allocations;
			w->l->rows[*at].frees += s->counts.frees;
		}
	list_releases(w, &row_of);
	lr_map_free(&row_of);
}

char *lr_leak_amount(const struct lr_scan_sum *sum)
{
	struct lr_short bytes = lr_show_count(sum->bytes), blocks = lr_show_count(sum->blocks);
	return lr_format("%s byte%s in %s block%s", bytes.text, sum->bytes == 1 ? "" : "s",
		blocks.text, sum->blocks == 1 ? "" : "s");
}

static char *title_of(const struct lr_leak_row *r)
{
	char *sum = lr_leak_amount(&r->sum);
	char *title = lr_format(
		"%s %s%s%s", sum, lr_leak_texts[r->class], r->by ? " by " : "", r->by ? r->by : "");
	free(sum);
	return title;
}

static void fill_row(
	struct lr_leak_row *r, const struct lr_model *m, struct lr_names *names, size_t stack_max)
{
	r->name = lr_names_function(names, r->frame);
	r->title = title_of(r);
	r->stack = lr_stack_lines(m, names, r->frame, stack_max, &r->stack_used, &r->stack_cut);
	r->stack_rest = r->stack_cut;
	r->stack_main = lr_stack_to_main(r->stack, r->stack_used, &r->stack_rest);
	for (size_t i = 0; i < r->owns_used; i++)
		r->owns[i].stack = lr_stack_lines(m, names, r->owns[i].frame, OWNS_STACK,
			&r->owns[i].stack_used, &r->owns[i].stack_cut);
	for (size_t i = 0; i < r->releases_used; i++)
		r->releases[i].stack = lr_stack_lines(m, names, r->releases[i].frame,
			RELEASES_STACK, &r->releases[i].stack_used, &r->releases[i].stack_cut);
}

void lr_leak_complete(struct lr_leaks *l, const struct lr_leak_sites *sites,
	const struct lr_model *m, struct lr_names *names, const struct lr_leak_query *q)
{
	struct filling w = {.l = l, .m = m, .sites = sites};
	if (l->group != LR_GROUP_SITE)
		return;
	while (l->told < l->used && l->rows[l->told].class <= LR_LEAK_POSSIBLE)
		l->told++;
	fill_counts(&w);
	for (size_t i = 0; i < l->used; i++) {
		if (l->rows[i].class == LR_LEAK_DEFINITE)
			list_owns(&w, &l->rows[i]);
	}
	if (!q->bare)
		lr_leaks_show(l, m, names, q->sites);
}

void lr_leaks_show(struct lr_leaks *l, const struct lr_model *m, struct lr_names *names,
	const struct lr_query *q)
{
	if (l->used > q->limit)
		l->used = q->limit;
	if (l->told > l->used)
		l->told = l->used;
	for (size_t i = 0; l->group == LR_GROUP_SITE && i < l->used; i++)
		fill_row(&l->rows[i], m, names, q->stack_max);
}
