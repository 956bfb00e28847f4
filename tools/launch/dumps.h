/* The dumps of one run: which name they are given, and which files they became. */
#ifndef LR_LAUNCH_DUMPS_H
#define LR_LAUNCH_DUMPS_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tools/dumplist.h"

struct lr_run {
	uint64_t id;            /* random; stands in the header of each dump */
	char pattern[PATH_MAX]; /* absolute */
};

/* Makes the run's id. False: told why. */
bool lr_run_begin(struct lr_run *);
/* Where its dumps go: a pattern; NULL: LEAKTRACE_OUT, or the default. False: told why. */
bool lr_run_place(struct lr_run *, const char *pattern);

/* The name from the root on. Its length as snprintf has it; -1 with errno: there is no working
 * directory. */
int lr_absolute(const char *name, char *out, size_t size);

/* The value of LEAKTRACE_RUN: "id:0:pattern". The first process takes the 0's place. */
void lr_run_variable(const struct lr_run *, char *out, size_t n);

/* Finds the run's dumps, first process first; also where the library puts those that it cannot make
 * under their name. */
void lr_dumps_find(struct lr_dumplist *, const struct lr_run *);

#endif
