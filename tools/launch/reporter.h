/* leakreport, run on the dumps of a run. */
#ifndef LR_LAUNCH_REPORTER_H
#define LR_LAUNCH_REPORTER_H

#include <stdbool.h>
#include "tools/launch/dumps.h"
#include "tools/launch/options.h"

/* Whether it will understand the suppressions and the words of --errors-for; what is wrong is told.
 */
bool lr_reporter_understands(const struct lr_launch_options *);

/* The report, to fd. */
void lr_reporter_show(const struct lr_launch_options *, const struct lr_dumplist *, int fd);

/* What of the run is an error, on standard error. */
enum lr_verdict { LR_NO_ERRORS, LR_ERRORS, LR_UNDECIDED };
enum lr_verdict lr_reporter_judge(const struct lr_launch_options *, const struct lr_dumplist *);

#endif
