/* Whether anything points to the targets. Words are looked at once more, where there are any, while
 * they are in the cache. What lies in a target holds others if it is held itself: that is known
 * only in the end, so such pointers are kept, each once as far as can be told cheaply. */
#include "lib/scan_search.h"

/* The first target that ends behind addr. */
static uint32_t target_at(const struct lt_scan *s, uintptr_t addr)
{
	uint32_t low = 0, high = s->n_targets;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (s->targets[middle].end <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct lt_scan_target *leader(const struct lt_scan *s, uint32_t i)
{
	return &s->targets[s->targets[i].group];
}

void lt_scan_watch_begin(struct lt_scan_state *t)
{
	t->watch.on = t->s->n_targets != 0;
	t->watch.inside = t->watch.edges = 0;
	for (uint32_t i = 0; i < t->s->n_targets; i++)
		leader(t->s, i)->held |= t->s->targets[i].held;
}

static void note_edge(struct lt_scan_state *t, uint32_t from, uint32_t to)
{
	struct lt_scan_watch *w = &t->watch;

	for (uint32_t i = w->edges; i > 0 && i + 8 > w->edges; i--)
		if (w->edge[i - 1].from == from && w->edge[i - 1].to == to)
			return;
	if (w->edges == LT_SCAN_EDGES) {
		t->s->targets[to].held = true;
		return;
	}
	w->edge[w->edges].from = (uint16_t)from;
	w->edge[w->edges++].to = (uint16_t)to;
}

/* The value lies between the first target and the last one's end. */
static void note(struct lt_scan_state *t, uintptr_t value)
{
	struct lt_scan *s = t->s;
	uint32_t i = target_at(s, value);

	if (i == s->n_targets || s->targets[i].start > value) {
		if (i == 0 || s->targets[i - 1].end != value || !s->targets[i - 1].open_end)
			return;
		i--;
	}
	uint32_t to = s->targets[i].group;
	if (s->targets[to].held)
		return;
	if (!t->watch.inside)
		s->targets[to].held = true;
	else if (s->targets[t->watch.inside - 1].group != to)
		note_edge(t, s->targets[t->watch.inside - 1].group, to);
}

void lt_scan_watch(struct lt_scan_state *t, uintptr_t start, uintptr_t end, unsigned step)
{
	const struct lt_scan *s = t->s;
	uintptr_t low = s->targets[0].start, span = s->targets[s->n_targets - 1].end - low;

	for (uintptr_t p = start; p < end; p += step) {
		uintptr_t value = lt_scan_load(p);
		if (value - low <= span)
			note(t, value);
	}
}

uintptr_t lt_scan_watch_part(struct lt_scan_state *t, uintptr_t at, uintptr_t end)
{
	const struct lt_scan *s = t->s;
	uint32_t i = target_at(s, at);
	bool within = i < s->n_targets && s->targets[i].start <= at;
	uintptr_t edge = i == s->n_targets ? end : within ? s->targets[i].end : s->targets[i].start;

	t->watch.inside = within ? i + 1 : 0;
	return edge < end ? edge : end;
}

void lt_scan_watch_end(struct lt_scan_state *t)
{
	struct lt_scan *s = t->s;
	struct lt_scan_watch *w = &t->watch;
	bool more = w->on;

	while (more) {
		more = false;
		for (uint32_t i = 0; i < w->edges; i++) {
			if (!s->targets[w->edge[i].from].held || s->targets[w->edge[i].to].held)
				continue;
			s->targets[w->edge[i].to].held = true;
			more = true;
		}
	}
	for (uint32_t i = 0; w->on && i < s->n_targets; i++)
		s->targets[i].held = leader(s, i)->held;
	w->on = false;
}
