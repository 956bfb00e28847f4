/* Shared by the parsers and the matcher. Not for others. */
#ifndef LR_RULES_PARTS_H
#define LR_RULES_PARTS_H

#include "tools/suppress/rules.h"

/* A text, line by line: lines that are empty or begin with # are stepped over, blanks around what
 * stands in a line are taken off. */
struct lr_rules_text {
	const char *origin; /* lives as long as the rules */
	const char *at, *end;
	unsigned line; /* of the one that was read last */
	const char *text;
	size_t len;
	struct lr_error *err;
};

/* False at the end. */
bool lr_rules_line(struct lr_rules_text *t);
bool lr_rules_is(const struct lr_rules_text *t, const char *word);
/* Sets the error at the current line; returns -1. */
__attribute__((format(printf, 2, 3))) int lr_rules_wrong(
	struct lr_rules_text *t, const char *fmt, ...);
struct lr_rule *lr_rules_append(struct lr_rules *r, const struct lr_rule *rule);
void lr_rule_clear(struct lr_rule *rule);

int lr_rules_parse_valgrind(struct lr_rules *r, struct lr_rules_text *t);
int lr_rules_parse_lsan(struct lr_rules *r, struct lr_rules_text *t);

/* * any text, ? any character; all of the name. */
bool lr_rules_glob(const char *pattern, const char *name);
/* LeakSanitizer's: anywhere in the text; * any text, ^ the beginning, $ the end. */
bool lr_rules_template(const char *pattern, const char *text);

#endif
