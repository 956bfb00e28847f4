/* leakreport, run on the dumps of a run. */
#ifndef LR_LAUNCH_REPORTER_H
#define LR_LAUNCH_REPORTER_H

#include <stdbool.h>
#include "tools/launch/dumps.h"
#include "tools/launch/options.h"

/* Whether it will understand the suppressions and the words of --errors-for; what is wrong is told.
 */
bool lr_reporter_understands(const struct lr_launch_options *);

/* The arguments of a tool; all texts are ours. */
struct lr_arguments {
	char **list; /* ends with NULL */
	size_t used, room;
	size_t bytes;
};
void lr_arguments_add(struct lr_arguments *, char *text);
void lr_arguments_add_list(struct lr_arguments *, const char *option, const struct lr_list *);

/* leakreport with these arguments, which are freed, the suppressions and thresholds that are given,
 * and the dumps (NULL: none); its standard output is fd. Its status as from waitpid, or -1, which
 * is told. */
int lr_reporter_run(const struct lr_launch_options *, const struct lr_dumplist *, int fd,
	struct lr_arguments *);

/* The report, to fd. */
void lr_reporter_show(const struct lr_launch_options *, const struct lr_dumplist *, int fd);

enum lr_verdict { LR_NO_ERRORS, LR_ERRORS, LR_UNDECIDED };
/* What the status of lr_reporter_run() says. */
enum lr_verdict lr_reporter_verdict(int status);
/* What of the run is an error, on standard error. */
enum lr_verdict lr_reporter_judge(const struct lr_launch_options *, const struct lr_dumplist *);

#endif
