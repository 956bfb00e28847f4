/* Rules that would suppress what is shown: entries as Valgrind has them, or LeakSanitizer's lines.
 * An entry is a site's whole stack up to main, so that it suppresses this and what has the same
 * functions; a line has one function, and suppresses all that is made below it. */
#ifndef LR_RULES_FOR_H
#define LR_RULES_FOR_H

#include "tools/view/leaks.h"

enum lr_rule_form { LR_RULES_VALGRIND, LR_RULES_LSAN };

struct lr_new_rule {
	char *title; /* what it was made for */
	char *kinds; /* of match-leak-kinds; LSAN: NULL */
	char **lines;
	size_t used, room;
	/* private */
	unsigned set;
	struct lr_scan_sum sum;
};

struct lr_new_rules {
	enum lr_rule_form form;
	struct lr_new_rule *rules; /* each once, in the order of the rows */
	size_t used, room;
	size_t unnamed; /* rows for which none can be made: nothing is known of their stacks */
};

/* For the rows (of sites) whose stacks hold a frame that one of the patterns means (as
 * lr_site_matches has it); count 0: all. stack_max: frames of an entry. */
struct lr_new_rules *lr_rules_for(const struct lr_model *m, struct lr_names *names,
	struct lr_suppressor *x, const struct lr_leaks *leaks, enum lr_rule_form form,
	char *const *patterns, size_t count, size_t stack_max);
void lr_new_rules_free(struct lr_new_rules *r);

#endif
