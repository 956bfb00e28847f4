/* The program is run, once or for a check several times, each time as a traced run of its own. */
#ifndef LR_LAUNCH_RUNS_H
#define LR_LAUNCH_RUNS_H

#include <stdbool.h>
#include "tools/launch/dumps.h"
#include "tools/launch/keep.h"
#include "tools/launch/options.h"

struct lr_runs {
	struct lr_dumplist all; /* dumps of all runs, those of the first one first */
	size_t first;           /* so many of them are the first one's */
	unsigned made;
	int status; /* of the last run, as from waitpid */
	bool whole; /* each has dumps, and none of their processes still runs */
};

/* Whether standard input can be read again by each run; else told why not. */
bool lr_runs_input(const struct lr_launch_options *);

/* Runs path with the library preloaded (NULL: without), until one fails or all have been made. Of
 * those after the first only one that fails is heard. first is begun and placed. Returns 0, or the
 * errno with which it could not be started; -1: it did not come to that, and it is told why. */
int lr_runs_make(struct lr_runs *, const struct lr_launch_options *, const char *path,
	const char *library, const struct lr_keep *, const struct lr_run *first);
void lr_runs_free(struct lr_runs *);

/* It ended with a status other than 0, or by a signal. */
bool lr_runs_failed(const struct lr_runs *);

#endif
