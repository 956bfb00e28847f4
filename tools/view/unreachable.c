#include "tools/view/unreachable.h"

#include <stdlib.h>
#include "tools/util/mem.h"
#include "tools/view/match.h"

struct making {
	struct lr_unreachable *u;
	struct lr_match *match;
	struct lr_suppressor *suppressor;
	uint32_t dump;
	size_t room;
};

/* Where registers of threads are not known, or sites are missing, more or less may be lost. */
static bool is_sure(const struct lr_scan *s)
{
	return s->done && !s->cut && !lr_scan_doubtful(s);
}

static void choose(struct lr_unreachable_dump *to, const struct lr_scans *s)
{
	for (size_t i = 0; i < s->used; i++) {
		if (!is_sure(&s->scan[i]))
			continue;
		if (!to->first)
			to->first = &s->scan[i];
		else
			to->last = &s->scan[i];
	}
	if (!to->last)
		to->first = NULL;
}

static void add(struct lr_scan_sum *to, const struct lr_scan_sum *from)
{
	to->blocks += from->blocks;
	to->bytes += from->bytes;
}

static struct lr_scan_sum lost(const struct making *w, const struct lr_scan_site *s)
{
	static const unsigned kinds[LTF_VERDICTS] = {[LTF_VERDICT_INDIRECT] = LR_SUPPRESS_INDIRECT,
		[LTF_VERDICT_DEFINITE] = LR_SUPPRESS_DEFINITE};
	struct lr_scan_sum sum = {0};
	for (unsigned v = LTF_VERDICT_INDIRECT; v <= LTF_VERDICT_DEFINITE; v++)
		if (s->of[v].blocks &&
			!(w->suppressor && lr_suppressor_rule(w->suppressor, s->site, kinds[v])))
			add(&sum, &s->of[v]);
	return sum;
}

static uint64_t more(uint64_t last, uint64_t first)
{
	return last > first ? last - first : 0;
}

/* first, last: NULL, where that scan has no block of the site. */
static void add_site(
	struct making *w, const struct lr_scan_site *first, const struct lr_scan_site *last)
{
	struct lr_unreachable *u = w->u;
	struct lr_unreachable_dump *d = &u->dumps[w->dump];
	struct lr_unreachable_row r = {.dump = w->dump, .frame = first ? first->site : last->site};
	if (first)
		r.first = lost(w, first);
	if (last)
		r.last = lost(w, last);
	if ((!r.first.blocks && !r.last.blocks) || !lr_match_stack(w->match, r.frame, 0))
		return;
	r.since = (struct lr_scan_sum){
		more(r.last.blocks, r.first.blocks), more(r.last.bytes, r.first.bytes)};
	add(&d->lost[0], &r.first);
	add(&d->lost[1], &r.last);
	add(&d->since, &r.since);
	LR_GROW(u->rows, u->used, w->room);
	u->rows[u->used++] = r;
}

/* Both stand in order of sites. */
static void compare(struct making *w, const struct lr_scan *first, const struct lr_scan *last)
{
	size_t i = 0, k = 0;
	while (i < first->sites_used || k < last->sites_used) {
		const struct lr_scan_site *a = i < first->sites_used ? &first->sites[i] : NULL;
		const struct lr_scan_site *b = k < last->sites_used ? &last->sites[k] : NULL;
		if (a && b && a->site != b->site) {
			a = a->site < b->site ? a : NULL;
			b = a ? NULL : b;
		}
		add_site(w, a, b);
		i += a != NULL;
		k += b != NULL;
	}
}

static int by_most(const void *pa, const void *pb)
{
	const struct lr_unreachable_row *a = pa, *b = pb;
	if (a->since.bytes != b->since.bytes)
		return a->since.bytes > b->since.bytes ? -1 : 1;
	if (a->last.bytes != b->last.bytes)
		return a->last.bytes > b->last.bytes ? -1 : 1;
	if (a->dump != b->dump)
		return a->dump < b->dump ? -1 : 1;
	return a->frame < b->frame ? -1 : a->frame > b->frame;
}

struct lr_unreachable *lr_unreachable_make(const struct lr_model *m, struct lr_names *names,
	const struct lr_query *q, struct lr_suppressor *x)
{
	struct lr_unreachable *u = lr_calloc(1, sizeof(*u));
	struct making w = {.u = u, .match = lr_match_new(m, names, q), .suppressor = x};
	u->dumps_used = m->dumps_used;
	u->dumps = lr_calloc(u->dumps_used, sizeof(*u->dumps));
	for (; w.dump < u->dumps_used; w.dump++) {
		struct lr_unreachable_dump *d = &u->dumps[w.dump];
		d->dump = &m->dumps[w.dump];
		choose(d, &d->dump->scans);
		u->spans += d->first != NULL;
		if (d->first)
			compare(&w, d->first, d->last);
	}
	lr_match_free(w.match);
	if (u->used)
		qsort(u->rows, u->used, sizeof(*u->rows), by_most);
	u->all_rows = u->used;
	if (u->used > q->limit)
		u->used = q->limit;
	for (size_t i = 0; i < u->used; i++) {
		struct lr_unreachable_row *r = &u->rows[i];
		r->name = lr_names_function(names, r->frame);
		r->stack = lr_stack_lines(
			m, names, r->frame, q->stack_max, &r->stack_used, &r->stack_cut);
	}
	return u;
}

void lr_unreachable_free(struct lr_unreachable *u)
{
	if (!u)
		return;
	for (size_t i = 0; i < u->used; i++)
		free(u->rows[i].stack);
	free(u->rows);
	free(u->dumps);
	free(u);
}
