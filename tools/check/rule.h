/* A rule of a check: which part of a run, what is counted there, and its limits. Written on a
 * command line ("function:parse_*:allocations<=10"), or as an object in a budget file. */
#ifndef LR_BUDGET_RULE_H
#define LR_BUDGET_RULE_H

#include <jansson.h>
#include "tools/check/bound.h"
#include "tools/check/pattern.h"
#include "tools/check/quantity.h"

/* name, word in rules and JSON. All but the first three select call paths. */
#define LR_SELECTORS(X)                                                                            \
	X(PROGRAM, "program")                                                                      \
	X(THREAD, "thread")                                                                        \
	X(REGION, "region")                                                                        \
	X(FUNCTION, "function")                                                                    \
	X(FILE, "file")                                                                            \
	X(MODULE, "module")                                                                        \
	X(WITHIN, "within")                                                                        \
	X(SITE, "site")
#define LR_SELECTOR_ENUM(name, word) LR_SELECT_##name,
enum lr_selector { LR_SELECTORS(LR_SELECTOR_ENUM) LR_SELECTOR_COUNT };
extern const char *const lr_selector_words[LR_SELECTOR_COUNT];
#define LR_SELECTOR_LIST "program, thread, region, function, file, module, within and site"

struct lr_budget_rule {
	char *pattern[LR_SELECTOR_COUNT]; /* NULL: any */
	struct lr_path_pattern path;      /* of the pattern of LR_SELECT_SITE */
	struct lr_quantity what;
	struct lr_bound min, max;
	char *reason;             /* a person's word on why it is there; NULL none */
	bool varies;              /* it was seen to: */
	uint64_t lowest, highest; /* over the runs that it was made from */
};

/* The word of a rule that needs no limit: "no-leaks", "no-new-leaks"; NULL: the rule has limits. */
const char *lr_budget_rule_word(const struct lr_budget_rule *r);

/* Reads a text. False: it is no rule, and *err says in one line which word is wrong and what there
 * is; there is nothing to free then. */
bool lr_budget_rule_parse(struct lr_budget_rule *r, const char *text, struct lr_error *err);
/* Whether somebody who wrote text meant a rule: it has an operator or ends in a rule's word. */
bool lr_budget_rule_is_meant(const char *text);
/* As it is read. To be freed. */
char *lr_budget_rule_text(const struct lr_budget_rule *r);
/* The text without limits, and with no blanks. To be freed. */
char *lr_budget_rule_id(const struct lr_budget_rule *r);
void lr_budget_rule_free(struct lr_budget_rule *r);

/* The same of JSON. *key is the member that is wrong; NULL: the object as a whole. */
bool lr_budget_rule_from_json(
	struct lr_budget_rule *r, const json_t *o, const char **key, struct lr_error *err);
/* A new reference. */
json_t *lr_budget_rule_to_json(const struct lr_budget_rule *r);

/* Sets a pattern, as a rule text has it. False: it cannot be one. */
bool lr_budget_rule_select(struct lr_budget_rule *r, enum lr_selector by, const char *pattern,
	size_t n, struct lr_error *err);
/* What is wrong with a rule whose parts are all right; false: something is. */
bool lr_budget_rule_agrees(const struct lr_budget_rule *r, struct lr_error *err);
bool lr_budget_rule_same(const struct lr_budget_rule *a, const struct lr_budget_rule *b);
/* Which of its limits refer to the baseline. */
bool lr_budget_rule_needs_baseline(const struct lr_budget_rule *r);
/* It selects call paths. */
bool lr_budget_rule_by_site(const struct lr_budget_rule *r);

#endif
