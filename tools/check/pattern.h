/* Patterns in rules. A name's: * is any text, ? one character, and a backslash takes what follows
 * for itself; all else, brackets too, stands for itself, because names of C++ are full of it. */
#ifndef LR_PATTERN_H
#define LR_PATTERN_H

#include "tools/view/measure.h"

bool lr_pattern_matches(const char *pattern, const char *text);
/* A function by its name, with its parameters or without them. */
bool lr_pattern_function(const char *pattern, const char *function);
/* A file: the base name, unless the pattern has a slash. */
bool lr_pattern_file(const char *pattern, const char *file);

/* Functions of a call path, from the innermost outwards. */
struct lr_path_pattern {
	char **functions; /* patterns; "**" stands for any number of functions */
	size_t used, room;
};

/* Parts text at each '<' that opens no argument list of a template; blanks around it, and a '-'
 * behind it, do not count. False: a function is empty. */
bool lr_path_pattern_parse(struct lr_path_pattern *p, const char *text);
void lr_path_pattern_free(struct lr_path_pattern *p);
/* The path begins with the pattern, or from the function on that a person means; what calls the
 * last function is all the same. */
bool lr_path_pattern_matches(const struct lr_path_pattern *p, const struct lr_measured_site *site);

#endif
