/* Which verdicts and findings are errors: the words of --errors-for. Pure. */
#ifndef LR_WANTED_H
#define LR_WANTED_H

#include <stdbool.h>
#include <stddef.h>

#define LR_WANTED_DEFAULT "definite,possible"
/* For people. */
#define LR_WANTED_WORDS                                                                            \
	"definite, possible, indirect, reachable, all, or findings such as free.double, with "     \
	"commas between"

/* Words between commas: definite, indirect, possible, reachable, all; leak.definite ..; names of
 * findings, or what stands in front of their dot (free). False: a word is none of these; *wrong is
 * the word, which ends with a comma or the text. */
bool lr_wanted_understood(const char *wanted, const char **wrong);

/* A set of 1 << enum lr_leak_class. */
unsigned lr_wanted_classes(const char *wanted);
bool lr_wanted_finding(const char *wanted, const char *kind);
/* The names of all findings, one by one; NULL behind the last. */
const char *lr_wanted_kind(size_t i);

#endif
