/* What the commands check and baseline share: rules, runs, and budget files. */
#ifndef LR_BUDGETS_H
#define LR_BUDGETS_H

#include "tools/check/budget.h"
#include "tools/cmd/measures.h"

/* Adds a rule that was written on the command line. False: told on stderr. */
bool lr_budgets_add(struct lr_budget *b, const char *text);
/* Those of --rule. */
bool lr_budgets_add_given(struct lr_budget *b, const struct lr_options *o);
/* NULL: it is told on stderr what is wrong. */
struct lr_budget *lr_budgets_read(const char *file);
/* False: told on stderr. */
bool lr_budgets_save(const struct lr_budget *b, const char *file);

/* One measure of each run, or of all dumps together. */
struct lr_measured_runs {
	struct lr_measure **runs;
	size_t used;
	int status; /* enum lr_exit */
};
/* What the rules need is told apart. Nothing: status says how to exit. */
struct lr_measured_runs lr_budgets_measure(const struct lr_options *o,
	const struct lr_budget *rules, char *const *dumps, size_t count, bool repeated);
void lr_measured_runs_free(struct lr_measured_runs *r);

#endif
