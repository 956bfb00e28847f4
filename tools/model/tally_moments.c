/* Moments of a run: those that the selection asks for, by the clock or by the program's own marks,
 * at which it is noted what is live. */
#include "tools/model/tally.h"

#include "tools/util/mem.h"

static void hold(struct lr_tally *t, int which)
{
	t->held[which] = lr_calloc(t->cells_used, sizeof(**t->held));
	t->held_used[which] = t->cells_used;
	for (size_t i = 0; i < t->cells_used; i++)
		t->held[which][i] = (struct lr_held){.blocks = t->cells[i].counts.live_blocks,
			.bytes = t->cells[i].counts.live_bytes};
	lr_resources_hold(&t->resources, which);
}

/* Nothing lies behind a mark before it has come. */
static void begin_at_marks(struct lr_selection *s)
{
	for (int i = 0; i < 2; i++)
		if (s->moments && s->mark[i])
			s->moment[i] = UINT64_MAX;
	if (!s->moments && s->mark[0])
		s->from = UINT64_MAX;
	if (!s->moments && s->mark[1])
		s->to = UINT64_MAX;
}

void lr_tally_moments_begin(struct lr_tally *t)
{
	begin_at_marks(&t->selection);
	for (int i = 0; i < 2; i++)
		if (t->selection.moments && t->selection.moment[i] == 0)
			hold(t, i);
}

void lr_tally_moments_before(struct lr_tally *t, uint64_t time)
{
	for (int i = 0; i < 2; i++)
		if (t->selection.moments && !t->held[i] && t->selection.moment[i] < time)
			hold(t, i);
}

void lr_tally_moments_end(struct lr_tally *t)
{
	for (int i = 0; i < 2; i++)
		if (t->selection.moments && !t->held[i])
			hold(t, i);
}

void lr_tally_mark(struct lr_tally *t, uint32_t name, uint64_t time)
{
	const struct lr_region_mark mark = {.time = time,
		.allocations = t->total.allocations,
		.allocated_bytes = t->total.allocated_bytes,
		.live_blocks = t->total.live_blocks,
		.live_bytes = t->total.live_bytes,
		.name = name};
	struct lr_selection *s = &t->selection;
	if (!lr_regions_mark(&t->regions, &mark, t->limits)) {
		t->missed.over_limit++;
		return;
	}
	for (int i = 0; i < 2; i++) {
		if (s->mark[i] != t->regions.marks_used)
			continue;
		if (s->moments && !t->held[i])
			hold(t, i);
		else if (!s->moments)
			*(i ? &s->to : &s->from) = 0;
	}
}
