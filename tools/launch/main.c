/* leaktrace: runs a program with libleaktrace.so preloaded, reports when it has ended, and holds it
 * to what it is to be held to. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tools/launch/check.h"
#include "tools/launch/keep.h"
#include "tools/launch/options.h"
#include "tools/launch/places.h"
#include "tools/launch/reporter.h"
#include "tools/launch/run.h"
#include "tools/launch/runs.h"
#include "tools/launch/say.h"
#include "tools/launch/scan.h"
#include "tools/launch/target.h"

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

/* The report, and the errors of the first run where they are asked for. A check has no report but
 * the one that --report asks for. */
static enum lr_verdict report(const struct lr_launch_options *o, const struct lr_runs *r,
	const struct lr_keep *keep, int fd)
{
	const struct lr_dumplist first = {.dumps = r->all.dumps, .count = r->first}, *d = &first;
	bool wanted = o->report == LR_REPORT_FILE ||
		      (o->report == LR_REPORT_STDERR && !lr_options_check(o));
	if (d->count == 0)
		lr_say("no dump was written; --verbose lets the library say why");
	else if (!keep->dir[0] && d->count == 1)
		lr_say("the dump is %s", d->dumps[0].path);
	else if (!keep->dir[0])
		lr_say("there are %zu dumps, the first is %s", d->count, d->dumps[0].path);
	if (d->count && wanted)
		lr_reporter_show(o, d, fd);
	if (!o->judge)
		return LR_NO_ERRORS;
	return d->count ? lr_reporter_judge(o, d) : LR_UNDECIDED;
}

/* A program that fails has gone another way than the one that the budget is for. */
static enum lr_verdict check(const struct lr_launch_options *o, const struct lr_runs *r)
{
	const char *rules = o->budget ? o->budget : "its rules";
	if (!lr_options_check(o))
		return LR_NO_ERRORS;
	if (lr_runs_failed(r)) {
		lr_say(o->update ? "%s has failed by itself; %s is not written from that"
				 : "%s has failed by itself; it is not held to %s",
			o->program[0], rules);
		return LR_NO_ERRORS;
	}
	if (r->all.count == 0 || (o->update && !r->whole))
		return LR_UNDECIDED;
	enum lr_verdict verdict = lr_check_judge(o, &r->all);
	return verdict == LR_NO_ERRORS && !r->whole ? LR_UNDECIDED : verdict;
}

/* A program that fails by itself keeps its own end. */
__attribute__((noreturn)) static void end(
	const struct lr_launch_options *o, const enum lr_verdict verdicts[2], int status)
{
	bool undecided = verdicts[0] == LR_UNDECIDED || verdicts[1] == LR_UNDECIDED;
	if (!WIFEXITED(status) || WEXITSTATUS(status) || !o->error_exitcode)
		lr_end_like(status);
	if (verdicts[0] == LR_ERRORS || verdicts[1] == LR_ERRORS)
		exit(o->error_exitcode);
	if (!undecided)
		exit(0);
	if (!lr_options_check(o))
		lr_say("whether there are errors could not be found out; so the status is %d",
			LR_EXIT_ERROR);
	else if (o->update)
		lr_say("%s is not written; so the status is %d", o->budget, LR_EXIT_ERROR);
	else
		lr_say("the run could not be held to %s; so the status is %d",
			o->budget ? o->budget : "its rules", LR_EXIT_ERROR);
	exit(LR_EXIT_ERROR);
}

/* The launcher's status when the program could not be started. */
static int cannot_start(const char *name, int error)
{
	if (error < 0)
		return LR_EXIT_ERROR;
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
			lr_say("%s; started all the same%s", t->why,
				t->harmed ? ", without the library" : "");
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

/* Runs the program and reports. Returns the launcher's status where it does not end like that. */
static int launch(struct lr_launch_options *o, const char *path, const char *library, int fd)
{
	struct lr_keep keep = {.own = false};
	struct lr_runs runs = {.made = 0};
	struct lr_run first;
	bool checks = lr_options_check(o);
	if ((checks && !lr_keep_begin(&keep, o->output_given)) || !lr_run_begin(&first))
		return LR_EXIT_ERROR;
	int error = -1;
	if (lr_keep_place(&keep, &first, 1, o->repeat) && lr_check_gather(o, &keep, &first))
		error = lr_runs_make(&runs, o, path, library, &keep, &first);
	if (error) {
		lr_keep_end(&keep, &runs.all, runs.made == 0);
		return cannot_start(o->program[0], error);
	}
	enum lr_verdict verdicts[2] = {report(o, &runs, &keep, fd), check(o, &runs)};
	bool passed = verdicts[0] == LR_NO_ERRORS && verdicts[1] == LR_NO_ERRORS &&
		      WIFEXITED(runs.status);
	lr_keep_end(&keep, &runs.all, passed);
	lr_runs_free(&runs);
	end(o, verdicts, runs.status);
}

int main(int argc, char **argv)
{
	struct lr_launch_options o;
	struct lr_target target;
	char library[PATH_MAX];
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
	if (!lr_place_library(library) || !lr_runs_input(&o))
		return LR_EXIT_ERROR;
	if (lr_options_check(&o) && !lr_check_prepare(&o))
		return LR_EXIT_ERROR;
	int fd = open_report(&o);
	return fd < 0 ? LR_EXIT_ERROR : launch(&o, target.path, target.harmed ? NULL : library, fd);
}
