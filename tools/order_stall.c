/* When every lane waits: either for something that is in no lane, and then, where that is allowed,
 * the smallest such gap is skipped; or in a circle, which is broken. All this costs time that a
 * damaged dump could multiply, so it draws on a budget; when that is used up, what waits is applied
 * in the threads' own order. */
#include "tools/order_parts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

#define BUDGET (1ULL << 30)

struct place {
	struct lr_waiting *event;
	uint32_t lane;
};

struct stall {
	struct lr_order *o;
	struct lr_map index; /* (region, number) -> place + 1 */
	struct place *places;
	size_t used, room;
	uint32_t *marks; /* by lane */
	uint64_t budget;
};

static bool spend(struct stall *s, uint64_t cost)
{
	if (cost >= s->budget) {
		s->budget = 0;
		return false;
	}
	s->budget -= cost;
	return true;
}

static void remember(struct stall *s, uint32_t lane, struct lr_waiting *w)
{
	uint64_t key = lr_wait_key(LTF_REGION(w->addr), w->number);
	uint32_t *at = lr_map_put(&s->index, key, NULL);
	if (*at)
		return;
	LR_GROW(s->places, s->used, s->room);
	s->places[s->used++] = (struct place){w, lane};
	*at = (uint32_t)s->used;
}

static void drop_graves(struct lr_order *o)
{
	while (o->graves) {
		struct lr_waiting_run *r = o->graves;
		o->graves = r->next;
		free(r);
	}
}

/* Remembers where the numbers are that wait. */
static void make_index(struct stall *s)
{
	struct lr_order *o = s->o;
	for (size_t i = 0; i < o->lanes_used; i++) {
		for (struct lr_waiting_run *r = o->lanes[i].head; r; r = r->next)
			for (uint32_t e = r->at; e < r->used; e++)
				if (r->events[e].numbered && !r->events[e].done)
					remember(s, (uint32_t)i, &r->events[e]);
	}
	spend(s, s->used + o->lanes_used);
}

static bool of_realloc(const struct lr_waiting *w)
{
	return w->tag == LTF_W_RELEASE || w->tag == LTF_W_RESTORE ||
	       (w->tag == LTF_W_ALLOC && w->api == LTF_API_REALLOC);
}

/* How many of its lane's events the place's event would overtake. *torn tells that it would come
 * between the two halves of a realloc, or before its own first half. */
static size_t distance(struct stall *s, const struct place *p, bool *torn)
{
	size_t n = 0;
	int depth = 0;
	for (const struct lr_waiting_run *r = s->o->lanes[p->lane].head; r; r = r->next)
		for (uint32_t e = r->at; e < r->used; e++) {
			const struct lr_waiting *w = &r->events[e];
			if (w == p->event) {
				*torn = of_realloc(w) && depth != 0;
				spend(s, n + 1);
				return n;
			}
			if (w->done)
				continue;
			n++;
			if (of_realloc(w))
				depth += w->tag == LTF_W_RELEASE ? 1 : -1;
		}
	*torn = true;
	return n;
}

/* Where the event is that the lane waits for to come first; NULL when it is not in sight. */
static const struct place *awaited(struct stall *s, const struct lr_lane *l)
{
	uint32_t region = (uint32_t)(l->wait_key >> 32);
	if (!l->waits || region == LR_GATE)
		return NULL;
	const uint32_t *at = lr_map_find(&s->index, lr_wait_key(region, s->o->expected[region]));
	return at && !s->places[*at - 1].event->done ? &s->places[*at - 1] : NULL;
}

/* From lane to the lane that holds what it waits for, and on, until a lane comes again. Returns a
 * lane of that circle, or -1 when the way ends at something that is not in sight. */
static ptrdiff_t find_circle(struct stall *s, uint32_t lane, uint32_t mark)
{
	for (;;) {
		s->marks[lane] = mark;
		const struct place *p = awaited(s, &s->o->lanes[lane]);
		if (!p)
			return -1;
		lane = p->lane;
		if (s->marks[lane])
			return s->marks[lane] == mark ? (ptrdiff_t)lane : -1;
	}
}

/* When lanes wait for each other in a circle, an event of a handler stands before the one that it
 * interrupted. That one is what overtakes fewest others. */
static void break_circle(struct stall *s, uint32_t first)
{
	struct lr_order *o = s->o;
	const struct place *best = NULL;
	size_t best_cost = SIZE_MAX;
	uint32_t lane = first;
	do {
		bool torn;
		const struct place *p = awaited(s, &o->lanes[lane]);
		size_t cost = distance(s, p, &torn) + (torn ? SIZE_MAX / 2 : 0);
		if (cost < best_cost) {
			best = p;
			best_cost = cost;
		}
		lane = p->lane;
	} while (lane != first);
	o->status.looked_ahead++;
	lr_order_apply(o, best->lane, best->event);
	lr_order_go_on(o);
}

static bool look_ahead(struct stall *s)
{
	struct lr_order *o = s->o;
	spend(s, o->lanes_used);
	memset(s->marks, 0, o->lanes_used * sizeof(*s->marks));
	for (size_t i = 0; i < o->lanes_used; i++) {
		if (!o->lanes[i].waits || s->marks[i])
			continue;
		ptrdiff_t lane = find_circle(s, (uint32_t)i, (uint32_t)i + 1);
		if (lane >= 0) {
			break_circle(s, (uint32_t)lane);
			return true;
		}
	}
	return false;
}

/* Passes over the smallest gap. False when no lane waits for a number. */
static bool skip_gap(struct stall *s)
{
	struct lr_order *o = s->o;
	uint32_t best = 0, region = 0;
	spend(s, o->lanes_used);
	for (size_t i = 0; i < o->lanes_used; i++) {
		const struct lr_lane *l = &o->lanes[i];
		uint32_t r = (uint32_t)(l->wait_key >> 32);
		if (!l->waits || r == LR_GATE || awaited(s, l))
			continue;
		uint32_t gap = (uint32_t)l->wait_key - o->expected[r];
		if (best == 0 || gap < best) {
			best = gap;
			region = r;
		}
	}
	if (best == 0)
		return false;
	o->status.gaps += best;
	o->expected[region] += best;
	lr_order_wake(o, region, o->expected[region]);
	lr_order_go_on(o);
	return true;
}

/* Gives up on the order: everything that waits, thread by thread. */
static void apply_all(struct lr_order *o)
{
	for (size_t i = 0; i < o->lanes_used; i++)
		for (struct lr_waiting_run *r = o->lanes[i].head; r; r = r->next)
			for (uint32_t e = r->at; e < r->used; e++)
				if (!r->events[e].done) {
					if (r->events[e].numbered) {
						unsigned region = LTF_REGION(r->events[e].addr);
						int32_t ahead = (int32_t)(r->events[e].number -
									  o->expected[region]);
						if (ahead > 0)
							o->expected[region] = r->events[e].number;
						o->status.disordered += ahead > 0;
					}
					lr_order_apply(o, (uint32_t)i, &r->events[e]);
				}
	for (size_t i = 0; i < o->lanes_used; i++)
		if (o->lanes[i].waits)
			lr_order_wake(o, (uint32_t)(o->lanes[i].wait_key >> 32),
				(uint32_t)o->lanes[i].wait_key);
	lr_order_go_on(o);
}

bool lr_order_stall(struct lr_order *o, bool skip, size_t target)
{
	struct stall s = {
		.o = o, .budget = BUDGET, .marks = lr_calloc(o->lanes_used, sizeof(*s.marks))};
	bool any = false;
	if (skip) {
		lr_order_open_gate(o);
		lr_order_go_on(o);
	}
	o->keep_graves = true;
	make_index(&s);
	while (o->pending > target && s.budget > 0) {
		if (!look_ahead(&s) && (!skip || !skip_gap(&s)))
			break;
		any = true;
	}
	if (s.budget == 0 && skip && o->pending > target)
		apply_all(o);
	o->keep_graves = false;
	drop_graves(o);
	lr_map_free(&s.index);
	free(s.places);
	free(s.marks);
	return any;
}
