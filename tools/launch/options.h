/* The launcher's command line. One table holds all options; --help is printed from it, and the man
 * page is checked against it. */
#ifndef LR_LAUNCH_OPTIONS_H
#define LR_LAUNCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum { LR_SUPPRESSIONS_MAX = 16, LR_THRESHOLDS_MAX = 32 };
enum lr_report_kind { LR_REPORT_STDERR, LR_REPORT_FILE, LR_REPORT_NONE };

struct lr_launch_options {
	enum lr_report_kind report;
	const char *report_file;
	const char *report_format; /* "text" or "json" */
	bool force;
	bool judge;             /* say what of the run is an error */
	int error_exitcode;     /* for a run with errors; 0: the program's status */
	const char *errors_for; /* NULL: the default */
	const char *suppressions[LR_SUPPRESSIONS_MAX];
	size_t suppressions_used;
	const char *thresholds[LR_THRESHOLDS_MAX]; /* NAME=VALUE */
	size_t thresholds_used;
	char **program; /* PROGRAM ARGS..., ends with NULL */
};

/* What is to be done next. */
enum lr_options_result { LR_OPTIONS_RUN, LR_OPTIONS_DONE, LR_OPTIONS_WRONG };

/* Reads the command line. Options that are settings of the library are put into the environment.
 * DONE: --help or --version was printed. WRONG: the mistake was told. */
enum lr_options_result lr_options_read(struct lr_launch_options *, int argc, char **argv);

#endif
