/* A run held to a budget. leakreport judges; here are its arguments, and what comes of them. */
#ifndef LR_LAUNCH_CHECK_H
#define LR_LAUNCH_CHECK_H

#include <stdbool.h>
#include "tools/launch/dumps.h"
#include "tools/launch/keep.h"
#include "tools/launch/options.h"
#include "tools/launch/reporter.h"

/* Before the program runs: puts the program's name into the names of files, and finds out whether
 * all is there and understood. False: told why not. */
bool lr_check_prepare(struct lr_launch_options *);
/* In a suite's directory the verdict stands beside the dumps, as JSON and as LEAKTRACE_CHECK_WRITE
 * says. False: told what of that is wrong. */
bool lr_check_gather(struct lr_launch_options *, const struct lr_keep *, const struct lr_run *);
/* The verdict on all dumps of all runs goes to standard error and to the files of --write; or, with
 * --update, the budget is written. */
enum lr_verdict lr_check_judge(const struct lr_launch_options *, const struct lr_dumplist *);

#endif
