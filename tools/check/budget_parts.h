/* What reading and writing budgets share. Not for others. */
#ifndef LR_BUDGET_PARTS_H
#define LR_BUDGET_PARTS_H

#include "tools/check/budget.h"
#include "tools/check/json_line.h"

/* What is being read, and where. */
struct lr_budget_reader {
	struct lr_json_step at[5];
	size_t depth;
	struct lr_error err;
};

/* Fill what the baseline has. */
bool lr_budget_read_baseline(struct lr_budget_reader *r, struct lr_budget *b, const json_t *o);
void lr_budget_write_baseline(const struct lr_budget *b, FILE *f);
/* A list, an object a line, indented. */
void lr_budget_write_list(FILE *f, const char *key, json_t *list, const char *indent, bool last);

#endif
