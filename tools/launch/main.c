/* leaktrace: runs a program with libleaktrace.so preloaded and reports when it has ended. */
#include "tools/launch/dumps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tools/launch/options.h"
#include "tools/launch/places.h"
#include "tools/launch/reporter.h"
#include "tools/launch/run.h"
#include "tools/launch/say.h"
#include "tools/launch/scan.h"
#include "tools/launch/target.h"

/* "NAME=value"; without memory the launcher ends. */
static char *variable(const char *name, const char *value)
{
	char *text;
	if (asprintf(&text, "%s=%s", name, value) < 0) {
		lr_say("no memory");
		exit(LR_EXIT_ERROR);
	}
	return text;
}

/* Our library first, then what the user had there. */
static char *preload_variable(const char *library)
{
	const char *users = getenv("LD_PRELOAD");
	size_t n = strlen(library);
	if (!users || !*users)
		return variable("LD_PRELOAD", library);
	if (strncmp(users, library, n) == 0 && (!users[n] || users[n] == ':' || users[n] == ' '))
		return variable("LD_PRELOAD", users);
	char *both;
	if (asprintf(&both, "%s:%s", library, users) < 0)
		both = NULL;
	char *text = variable("LD_PRELOAD", both ? both : library);
	free(both);
	return text;
}

/* Where the report goes; -1 when it cannot be written, which is told. */
static int open_report(const struct lr_launch_options *o)
{
	if (o->report != LR_REPORT_FILE)
		return STDERR_FILENO;
	int fd = open(o->report_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
	if (fd < 0)
		lr_say("%s cannot be written: %s; give another --report", o->report_file,
			strerror(errno));
	return fd;
}

/* Reports, and says whether the run has errors, if that is asked for. */
static enum lr_verdict conclude(const struct lr_launch_options *o, const struct lr_run *run, int fd)
{
	struct lr_dumplist d;
	enum lr_verdict verdict = LR_NO_ERRORS;
	lr_dumps_find(&d, run);
	if (d.count == 0)
		lr_say("no dump was written; --verbose lets the library say why");
	else if (d.count == 1)
		lr_say("the dump is %s", d.dumps[0].path);
	else
		lr_say("there are %zu dumps, the first is %s", d.count, d.dumps[0].path);
	if (d.count && o->report != LR_REPORT_NONE)
		lr_reporter_show(o, &d, fd);
	if (o->judge)
		verdict = d.count ? lr_reporter_judge(o, &d) : LR_UNDECIDED;
	lr_dumplist_free(&d);
	return verdict;
}

/* A program that fails by itself keeps its own end. */
static void end(const struct lr_launch_options *o, enum lr_verdict verdict, int status)
{
	if (!WIFEXITED(status) || WEXITSTATUS(status) || !o->error_exitcode)
		lr_end_like(status);
	if (verdict == LR_UNDECIDED) {
		lr_say("whether there are errors could not be found out; so the status is %d",
			LR_EXIT_ERROR);
		exit(LR_EXIT_ERROR);
	}
	exit(verdict == LR_ERRORS ? o->error_exitcode : 0);
}

/* The launcher's status when the program could not be started. */
static int cannot_start(const char *name, int error)
{
	lr_say("%s cannot be executed: %s", name, strerror(error));
	return error == ENOENT                                         ? LR_EXIT_NOT_FOUND
	       : error == EAGAIN || error == ENOMEM || error == EMFILE ? LR_EXIT_ERROR
								       : LR_EXIT_CANNOT_EXECUTE;
}

/* 0: start it; else the launcher's status, told why. */
static int choose_target(struct lr_target *t, const struct lr_launch_options *o)
{
	switch (lr_target_find(t, o->program[0])) {
	case LR_TARGET_GOOD:
		return 0;
	case LR_TARGET_UNTRACEABLE:
		if (o->force) {
			lr_say("%s; started all the same", t->why);
			return 0;
		}
		lr_say("%s (--force starts it all the same)", t->why);
		return LR_EXIT_ERROR;
	case LR_TARGET_NOT_FOUND:
		lr_say("%s", t->why);
		return LR_EXIT_NOT_FOUND;
	default:
		lr_say("%s", t->why);
		return LR_EXIT_CANNOT_EXECUTE;
	}
}

int main(int argc, char **argv)
{
	struct lr_launch_options o;
	struct lr_target target;
	struct lr_run run;
	char library[PATH_MAX], value[PATH_MAX + 64];
	if (argc > 1 && strcmp(argv[1], "scan") == 0)
		return lr_scan_main(argc - 1, argv + 1);
	enum lr_options_result read = lr_options_read(&o, argc, argv);
	if (read != LR_OPTIONS_RUN)
		return read == LR_OPTIONS_DONE ? 0 : LR_EXIT_ERROR;
	if (!lr_reporter_understands(&o))
		return LR_EXIT_ERROR;
	int refused = choose_target(&target, &o);
	if (refused)
		return refused;
	if (!lr_place_library(library) || !lr_run_begin(&run))
		return LR_EXIT_ERROR;
	int fd = open_report(&o);
	if (fd < 0)
		return LR_EXIT_ERROR;
	lr_run_variable(&run, value, sizeof(value));
	const char *on_signal = getenv("LEAKTRACE_SCAN_ON_SIGNAL");
	char *const variables[] = {preload_variable(library), variable("LEAKTRACE_RUN", value),
		variable("LEAKTRACE_OUT", run.pattern),
		variable("LEAKTRACE_SCAN_ON_SIGNAL", on_signal ? on_signal : "yes"), NULL};
	int status = 0;
	int error = lr_run_program(target.path, o.program, variables, &status);
	for (size_t i = 0; variables[i]; i++)
		free(variables[i]);
	if (error)
		return cannot_start(o.program[0], error);
	end(&o, conclude(&o, &run, fd), status);
}
