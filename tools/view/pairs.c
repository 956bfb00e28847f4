#include "tools/view/pairs.h"

#include <stdlib.h>
#include "tools/util/mem.h"

static void add_site(struct lr_pairs *p, const struct lr_model *m, uint32_t i)
{
	const struct lr_resource_site *r = &m->resources[i];
	const struct lr_pair *pair = lr_pair_of(r->kind);
	if (!pair || !r->frame)
		return;
	uint32_t *at = &p->within[r->frame];
	if (!*at) {
		LR_GROW(p->sites, p->used, p->room);
		p->sites[p->used++] =
			(struct lr_pair_site){.pair = pair, .frame = r->frame, .resource = i};
		*at = (uint32_t)p->used;
	}
	struct lr_pair_site *s = &p->sites[*at - 1];
	if (s->pair != pair) /* a call by pointer, now of this function, now of that */
		return;
	s->made += r->created;
	s->released += r->released;
	s->open += r->open;
}

/* A frame's parent stands before it. */
static void spread(struct lr_pairs *p, const struct lr_model *m)
{
	for (size_t f = 1; f < m->frames_used; f++)
		if (!p->within[f])
			p->within[f] = p->within[m->frames[f].parent];
}

const struct lr_pair_site *lr_pairs_within(const struct lr_pairs *p, uint32_t frame)
{
	return p->within && p->within[frame] ? &p->sites[p->within[frame] - 1] : NULL;
}

static bool is_lost(const struct lr_scan *s, const struct lr_scan_block *b, struct lr_suppressor *x)
{
	if (b->verdict != LTF_VERDICT_DEFINITE && b->verdict != LTF_VERDICT_INDIRECT)
		return false;
	uint32_t site = s->blocks[b->leader].site;
	return !(b->flags & (LTF_SCANNED_INHERITED | LTF_SCANNED_IGNORED)) &&
	       !(x && lr_suppressor_rule(x, site, LR_SUPPRESS_DEFINITE));
}

/* The handle's block, where it was made in the call that made the handle; its address may have been
 * another's since. */
static const struct lr_scan_block *block_of(
	const struct lr_pairs *p, const struct lr_scan *s, const struct lr_open_resource *o)
{
	uint64_t handle = lr_pair_handle(o);
	uint32_t at = lr_scan_block_at(s, handle);
	const struct lr_scan_block *b =
		at != UINT32_MAX && s->blocks[at].addr == handle ? &s->blocks[at] : NULL;
	const struct lr_pair_site *within = b ? lr_pairs_within(p, b->site) : NULL;
	return within && within->frame == o->site && within->pair == lr_pair_of(o->kind) ? b : NULL;
}

static void count_lost(struct lr_pairs *p, const struct lr_dump *d, const struct lr_scan *s,
	struct lr_suppressor *x)
{
	const struct lr_open_at *at = lr_dump_open_at(d, s->number);
	for (size_t i = 0; at && i < at->used; i++) {
		const struct lr_open_resource *o = &at->list[i];
		const struct lr_scan_block *b = lr_pair_of(o->kind) ? block_of(p, s, o) : NULL;
		if (!b || !is_lost(s, b, x))
			continue;
		struct lr_pair_site *site = &p->sites[p->within[o->site] - 1];
		uint32_t owner = s->blocks[b->leader].site;
		site->lost++;
		if (lr_pairs_within(p, owner) == site)
			continue;
		site->with_others++;
		site->owner = owner;
	}
}

static void add_up(struct lr_pairs *p, const struct lr_scan *s, struct lr_suppressor *x)
{
	for (size_t i = 0; i < s->blocks_used; i++) {
		const struct lr_scan_block *b = &s->blocks[i];
		uint32_t at = p->within[b->site];
		if (!at || !is_lost(s, b, x))
			continue;
		p->sites[at - 1].sum.blocks++;
		p->sites[at - 1].sum.bytes += b->size;
	}
}

void lr_pairs_make(const struct lr_model *m, const struct lr_leaks *leaks,
	struct lr_suppressor *suppressor, struct lr_pairs *out)
{
	*out = (struct lr_pairs){0};
	size_t first = 0;
	while (first < m->resources_used && !lr_pair_of(m->resources[first].kind))
		first++;
	if (first == m->resources_used)
		return;
	out->within = lr_calloc(m->frames_used, sizeof(*out->within));
	for (size_t i = first; i < m->resources_used; i++)
		add_site(out, m, (uint32_t)i);
	spread(out, m);
	for (size_t i = 0; i < leaks->scans_used; i++) {
		const struct lr_leak_scan *s = &leaks->scans[i];
		if (!s->scan || s->doubtful)
			continue;
		count_lost(out, s->dump, s->scan, suppressor);
		add_up(out, s->scan, suppressor);
	}
}

void lr_pairs_free(struct lr_pairs *p)
{
	free(p->sites);
	free(p->within);
	*p = (struct lr_pairs){0};
}
