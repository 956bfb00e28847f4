/* A scan's blocks, summed up by site: what most reports need, in little memory. */
#include <stdlib.h>
#include "tools/model/scan_parts.h"
#include "tools/util/map.h"
#include "tools/util/mem.h"

struct summing {
	struct lr_scans *s;
	struct lr_scan *scan;
	size_t room, sites_room, owned_room;
	struct lr_map site_of, pair_of;
};

static bool has_room(struct summing *w)
{
	if (w->scan->sites_used + w->scan->owned_used < w->room)
		return true;
	w->scan->cut = true;
	w->s->over_limit++;
	return false;
}

static struct lr_scan_site *site_for(struct summing *w, uint32_t site)
{
	struct lr_scan *scan = w->scan;
	uint32_t *at = lr_map_find(&w->site_of, site);
	if (at)
		return &scan->sites[*at];
	if (!has_room(w))
		return NULL;
	*lr_map_put(&w->site_of, site, NULL) = (uint32_t)scan->sites_used;
	LR_GROW(scan->sites, scan->sites_used, w->sites_room);
	scan->sites[scan->sites_used] = (struct lr_scan_site){.site = site};
	return &scan->sites[scan->sites_used++];
}

static void add(struct lr_scan_sum *to, const struct lr_scan_sum *from)
{
	to->blocks += from->blocks;
	to->bytes += from->bytes;
}

static void add_pair(
	struct summing *w, uint32_t owner, uint32_t site, const struct lr_scan_sum *sum)
{
	struct lr_scan *scan = w->scan;
	uint64_t key = (uint64_t)owner << 32 | site;
	uint32_t *at = lr_map_find(&w->pair_of, key);
	if (!at) {
		if (!has_room(w))
			return;
		at = lr_map_put(&w->pair_of, key, NULL);
		*at = (uint32_t)scan->owned_used;
		LR_GROW(scan->owned, scan->owned_used, w->owned_room);
		scan->owned[scan->owned_used++] =
			(struct lr_scan_owned){.owner = owner, .site = site};
	}
	add(&scan->owned[*at].sum, sum);
}

/* The worse, the greater. */
static int badness(unsigned verdict)
{
	static const int of[LTF_VERDICTS] = {[LTF_VERDICT_REACHABLE] = 1,
		[LTF_VERDICT_INDIRECT] = 2,
		[LTF_VERDICT_POSSIBLE] = 3,
		[LTF_VERDICT_DEFINITE] = 4};
	return of[verdict];
}

static void note_worst(struct lr_scan_site *to, uint8_t verdict, uint64_t addr, uint32_t birth)
{
	int worse = badness(verdict) - badness(to->worst);
	if (worse < 0 || (worse == 0 && (int32_t)(birth - to->birth) >= 0))
		return;
	to->worst = verdict;
	to->addr = addr;
	to->birth = birth;
}

static void sum_owned(struct summing *w, const struct lr_scan_block *b)
{
	const struct lr_scan_block *leader = &w->scan->blocks[b->leader];
	struct lr_scan_sum sum = {1, b->size};
	struct lr_scan_site *owner = site_for(w, leader->site);
	if (!owner)
		return;
	add(&owner->owned, &sum);
	if (leader->flags & LTF_SCANNED_CYCLE)
		add(&owner->in_cycles, &sum);
	add_pair(w, leader->site, b->site, &sum);
}

static void note_untouched(struct lr_scan_site *site, const struct lr_scan_block *b)
{
	struct lr_scan_sum sum = {b->untouched != 0, (uint64_t)b->untouched << 12};
	if (sum.bytes > b->size) /* a damaged dump's */
		sum.bytes = b->size;
	add(&site->untouched, &sum);
}

static void sum_block(struct summing *w, const struct lr_scan_block *b)
{
	struct lr_scan_sum sum = {1, b->size};
	if (b->size < w->s->min_size || b->size > w->s->max_size)
		return;
	if (b->flags & LTF_SCANNED_INHERITED) {
		add(&w->scan->inherited, &sum);
		return;
	}
	struct lr_scan_site *site = site_for(w, b->site);
	if (!site)
		return;
	if (b->flags & LTF_SCANNED_IGNORED) {
		add(&site->ignored, &sum);
		return;
	}
	add(&site->of[b->verdict], &sum);
	note_untouched(site, b);
	note_worst(site, b->verdict, b->addr, b->birth);
	if (b->verdict == LTF_VERDICT_DEFINITE && b->flags & LTF_SCANNED_CYCLE) {
		site->cycles++;
		add(&site->in_cycles, &sum);
	}
	if (b->verdict == LTF_VERDICT_INDIRECT)
		sum_owned(w, b);
}

int lr_scan_by_site(const void *pa, const void *pb)
{
	const struct lr_scan_site *a = pa, *b = pb;
	return a->site < b->site ? -1 : a->site > b->site;
}

int lr_scan_by_owner(const void *pa, const void *pb)
{
	const struct lr_scan_owned *a = pa, *b = pb;
	if (a->owner != b->owner)
		return a->owner < b->owner ? -1 : 1;
	return a->site < b->site ? -1 : a->site > b->site;
}

static void sort(struct lr_scan *scan)
{
	if (scan->sites_used)
		qsort(scan->sites, scan->sites_used, sizeof(*scan->sites), lr_scan_by_site);
	if (scan->owned_used)
		qsort(scan->owned, scan->owned_used, sizeof(*scan->owned), lr_scan_by_owner);
}

void lr_scan_sum_up(struct lr_scans *s, struct lr_scan *scan, size_t room)
{
	struct summing w = {.s = s, .scan = scan, .room = room};
	for (size_t i = 0; i < scan->blocks_used; i++)
		sum_block(&w, &scan->blocks[i]);
	lr_map_free(&w.site_of);
	lr_map_free(&w.pair_of);
	sort(scan);
}

void lr_scan_site_merge(struct lr_scan_site *to, const struct lr_scan_site *from)
{
	for (unsigned v = 0; v < LTF_VERDICTS; v++)
		add(&to->of[v], &from->of[v]);
	add(&to->owned, &from->owned);
	add(&to->in_cycles, &from->in_cycles);
	add(&to->ignored, &from->ignored);
	add(&to->untouched, &from->untouched);
	to->cycles += from->cycles;
	note_worst(to, from->worst, from->addr, from->birth);
}

void lr_scan_place_sums(
	struct lr_scan *scan, uint32_t (*frame_of)(void *ctx, uint32_t site), void *ctx)
{
	size_t n = 0;
	for (size_t i = 0; i < scan->sites_used; i++)
		scan->sites[i].site = frame_of(ctx, scan->sites[i].site);
	for (size_t i = 0; i < scan->owned_used; i++) {
		scan->owned[i].owner = frame_of(ctx, scan->owned[i].owner);
		scan->owned[i].site = frame_of(ctx, scan->owned[i].site);
	}
	sort(scan);
	for (size_t i = 0; i < scan->sites_used; i++) {
		if (n && scan->sites[n - 1].site == scan->sites[i].site)
			lr_scan_site_merge(&scan->sites[n - 1], &scan->sites[i]);
		else
			scan->sites[n++] = scan->sites[i];
	}
	scan->sites_used = n;
	n = 0;
	for (size_t i = 0; i < scan->owned_used; i++) {
		if (n && lr_scan_by_owner(&scan->owned[n - 1], &scan->owned[i]) == 0)
			add(&scan->owned[n - 1].sum, &scan->owned[i].sum);
		else
			scan->owned[n++] = scan->owned[i];
	}
	scan->owned_used = n;
}
