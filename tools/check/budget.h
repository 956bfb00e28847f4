/* A budget: rules, and what they were made from, in a file of JSON that people read, change and
 * merge. doc/BUDGETS.md and tools/schema/budget.schema.json say what stands in it. */
#ifndef LR_BUDGET_H
#define LR_BUDGET_H

#include <stdio.h>
#include "tools/check/rule.h"

enum { LR_BUDGET_VERSION = 1 };

/* What a rule's subject had in the baseline, when that was written. */
struct lr_pinned {
	char *id; /* lr_budget_rule_id() */
	uint64_t value;
};

struct lr_budget {
	struct lr_budget_rule *rules;
	size_t used, room;
	struct lr_measure *baseline; /* NULL: none */
	struct lr_pinned *pinned;
	size_t pinned_used, pinned_room;
	/* Of a baseline that is not whole: the sites that were left out, and the most that any of
	 * them had. */
	uint64_t rest_sites;
	struct lr_values rest_most;
};

struct lr_budget *lr_budget_new(void);
void lr_budget_free(struct lr_budget *b);
/* Takes the rule over. */
void lr_budget_add(struct lr_budget *b, struct lr_budget_rule *r);
const uint64_t *lr_budget_pinned(const struct lr_budget *b, const char *id);
void lr_budget_pin(struct lr_budget *b, const char *id, uint64_t value);

/* NULL: it cannot be read, which *err says: "line 7: ..", without the file's name. */
struct lr_budget *lr_budget_read(const char *path, struct lr_error *err);
struct lr_budget *lr_budget_from_text(const char *text, size_t n, struct lr_error *err);
/* Whether the file looks like a budget, and not like a dump. */
bool lr_budget_is_file(const char *path);
/* The same budget gives the same text; of a large baseline the sites that matter. */
void lr_budget_write(const struct lr_budget *b, FILE *f);
/* Puts it into a file: whole, or the old one stays. -1: *err says why. */
int lr_budget_save(const struct lr_budget *b, const char *path, struct lr_error *err);

/* Which sites of its baseline are written: all, if they are few. keep has an entry for each; *left
 * how many are left out, *most the most that any of these has. */
void lr_budget_choose(
	const struct lr_budget *b, bool *keep, uint64_t *left, struct lr_values *most);

#endif
