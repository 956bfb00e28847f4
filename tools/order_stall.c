/* When everything waits for numbers that do not come: they were taken by calls that were never
 * completed, or what held them is lost. The smallest gap that is in no lane is passed over. All
 * this costs time that a damaged dump could multiply, so it draws on a budget; when that is used
 * up, what waits is applied in the threads' own order. */
#include "tools/order_parts.h"

#include <stdint.h>
#include <stdlib.h>

#define BUDGET (1ULL << 30)

struct stall {
	struct lr_order *o;
	struct lr_map in_sight; /* (region, number) of what waits */
	uint64_t budget;
};

static void spend(struct stall *s, uint64_t cost)
{
	s->budget -= cost < s->budget ? cost : s->budget;
}

static void look_around(struct stall *s)
{
	struct lr_order *o = s->o;
	for (size_t i = 0; i < o->lanes_used; i++) {
		for (struct lr_waiting_run *r = o->lanes[i].head; r; r = r->next)
			for (uint32_t e = r->at; e < r->used; e++)
				if (r->events[e].numbered)
					lr_map_put(&s->in_sight,
						lr_wait_key(LTF_REGION(r->events[e].addr),
							r->events[e].number),
						NULL);
	}
	spend(s, s->in_sight.used + o->lanes_used);
}

/* How many numbers the lane waits for, 0 when it does not wait for numbers. */
static uint32_t gap_before(const struct lr_order *o, const struct lr_lane *l)
{
	uint32_t region = (uint32_t)(l->wait_key >> 32);
	return l->waits && region != LR_GATE ? (uint32_t)l->wait_key - o->expected[region] : 0;
}

static bool is_in_sight(const struct stall *s, uint32_t region)
{
	return lr_map_find(&s->in_sight, lr_wait_key(region, s->o->expected[region])) != NULL;
}

/* Passes over the smallest gap; in a damaged dump all may be in sight, in a circle. False when no
 * lane waits for a number. */
static bool skip_gap(struct stall *s)
{
	struct lr_order *o = s->o;
	uint32_t best = 0, best_region = 0;
	bool best_seen = true;
	spend(s, o->lanes_used);
	for (size_t i = 0; i < o->lanes_used; i++) {
		uint32_t region = (uint32_t)(o->lanes[i].wait_key >> 32);
		uint32_t gap = gap_before(o, &o->lanes[i]);
		if (gap == 0)
			continue;
		bool seen = is_in_sight(s, region);
		if (best == 0 || seen < best_seen || (seen == best_seen && gap < best)) {
			best = gap;
			best_region = region;
			best_seen = seen;
		}
	}
	if (best == 0)
		return false;
	o->status.gaps += best;
	lr_order_expect(o, best_region, o->expected[best_region] + best);
	lr_order_go_on(o);
	return true;
}

/* Gives up on the order: everything that waits, thread by thread. */
static void apply_all(struct lr_order *o)
{
	for (size_t i = 0; i < o->lanes_used; i++)
		while (o->lanes[i].waits) {
			uint32_t region = (uint32_t)(o->lanes[i].wait_key >> 32);
			uint32_t number = (uint32_t)o->lanes[i].wait_key;
			if ((int32_t)(number - o->expected[region]) > 0)
				lr_order_expect(o, region, number);
			else
				lr_order_wake(o, region, number);
			o->status.disordered++;
			lr_order_go_on(o);
		}
}

void lr_order_stall(struct lr_order *o, size_t target)
{
	struct stall s = {.o = o, .budget = BUDGET};
	lr_order_open_gate(o);
	lr_order_go_on(o);
	look_around(&s);
	while (o->pending > target && s.budget > 0 && skip_gap(&s))
		;
	if (o->pending > target)
		apply_all(o);
	lr_map_free(&s.in_sight);
}
