/* Budgets made from runs: new ones, those that are brought up to date, and those that are drawn
 * tighter. */
#ifndef LR_BUDGET_MAKE_H
#define LR_BUDGET_MAKE_H

#include "tools/check/budget.h"
#include "tools/check/check.h"

/* A budget that the runs (repetitions, or one) fulfil. Its baseline has what any of them has. old:
 * its rules stay, in their order; those that were made here and that nobody has given a reason or
 * another form get the numbers of these runs. fresh: first come new ones, but none on new leaks
 * where what leaks varies (together.h). */
struct lr_budget *lr_budget_make(
	const struct lr_budget *old, bool fresh, struct lr_measure *const *runs, size_t count);

/* Draws those limits tighter that the verdict calls loose; the baseline becomes the measure, which
 * is taken over. No limit gets wider. Returns how many; 0: nothing is changed or taken. */
size_t lr_budget_tighten(struct lr_budget *b, const struct lr_check *c, struct lr_measure *measure);

#endif
