/* The launcher's command line. One table holds all options; --help is printed from it, and the man
 * page is checked against it. */
#ifndef LR_LAUNCH_OPTIONS_H
#define LR_LAUNCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

enum { LR_LIST_MAX = 256, LR_WAIT_DEFAULT = 10 /* seconds */ };
struct lr_list {
	const char *values[LR_LIST_MAX];
	size_t used;
};
enum lr_report_kind { LR_REPORT_STDERR, LR_REPORT_FILE, LR_REPORT_NONE };

struct lr_launch_options {
	enum lr_report_kind report;
	const char *report_file;
	const char *report_format; /* "text" or "json" */
	bool force;
	bool judge;             /* say what of the run is an error */
	int error_exitcode;     /* for a run with errors; 0: the program's status */
	const char *errors_for; /* NULL: the default */
	bool error_exitcode_given;
	struct lr_list suppressions;
	struct lr_list thresholds; /* NAME=VALUE */
	const char *budget;        /* of a check: the file; NULL none */
	struct lr_list rules;
	struct lr_list writes; /* FORMAT:FILE */
	bool update;           /* write the budget, do not check */
	unsigned repeat;
	unsigned wait;     /* seconds, for processes that outlive the first */
	bool output_given; /* dumps lie where the user wants them */
	char **program;    /* PROGRAM ARGS..., ends with NULL */
};

/* What is to be done next. */
enum lr_options_result { LR_OPTIONS_RUN, LR_OPTIONS_DONE, LR_OPTIONS_WRONG };

/* Whether the run is held to something. */
bool lr_options_check(const struct lr_launch_options *);

/* Reads the command line. Options that are settings of the library are put into the environment.
 * DONE: --help or --version was printed. WRONG: the mistake was told. */
enum lr_options_result lr_options_read(struct lr_launch_options *, int argc, char **argv);

#endif
