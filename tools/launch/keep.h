/* Where the dumps of a check lie while it is made, and what becomes of them: a directory of the
 * check's own, which is removed when it has passed; LEAKTRACE_CHECK_DIR, where those of a whole
 * suite are gathered; or where the user wants them. */
#ifndef LR_LAUNCH_KEEP_H
#define LR_LAUNCH_KEEP_H

#include <limits.h>
#include <stdbool.h>
#include "tools/launch/dumps.h"

struct lr_keep {
	char dir[PATH_MAX]; /* "": where the user wants them */
	bool own;           /* made for this check alone */
};

/* output_given: by --output. False: told why. */
bool lr_keep_begin(struct lr_keep *, bool output_given);
/* Sets where the dumps of the next run go, which is one of several or the only one. */
bool lr_keep_place(const struct lr_keep *, struct lr_run *, unsigned number, unsigned of);
/* The verdict is out. passed: the dumps are worth nothing any more. Names those that stay. */
void lr_keep_end(struct lr_keep *, const struct lr_dumplist *, bool passed);

/* Makes the directories in which path is to stand. False: errno says why not. */
bool lr_keep_parents(const char *path);

#endif
