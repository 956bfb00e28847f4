/* When a limit holds nothing back any more. A count that is above what was measured is loose; bytes
 * are, when they are more than twice the room that a new budget gives them above; what is held to
 * the baseline, when it lies further below than the tolerance is wide. Never loose: ranges, which a
 * person has drawn on purpose, what is within what was seen to vary, and rules that nothing
 * matches. */
#include "tools/check/check_parts.h"
#include "tools/check/room.h"

static bool is_loose(const struct lr_judging *j)
{
	const struct lr_budget_rule *r = j->rule;
	const struct lr_check_rule *o = j->out;
	uint64_t most = o->highest;
	if (j->check->owned->absent || j->nothing || r->max.kind == LR_BOUND_NONE ||
		r->min.kind != LR_BOUND_NONE)
		return false;
	if (r->varies && most >= r->lowest)
		return false;
	if (r->max.kind == LR_BOUND_BASELINE) {
		uint64_t wide = o->max > j->low ? o->max - j->low : 0;
		return most < j->low && j->low - most > wide;
	}
	return lr_room_above(lr_room_above(most, o->bytes), o->bytes) < o->max;
}

void lr_judge_loose(struct lr_judging *j)
{
	struct lr_check_rule *o = j->out;
	bool never;
	if (!is_loose(j))
		return;
	struct lr_budget_rule tight = *j->rule; /* shares its texts */
	uint64_t limit = tight.max.kind == LR_BOUND_BASELINE
				 ? lr_bound_max(&tight.max, o->highest, &never)
				 : lr_room_above(o->highest, o->bytes);
	tight.max = (struct lr_bound){.kind = LR_BOUND_NUMBER, .amount = limit};
	o->loose = true;
	o->tighter = lr_check_keep(j->check, lr_budget_rule_text(&tight));
}
