#include "tools/launch/runs.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tools/launch/capture.h"
#include "tools/launch/lasting.h"
#include "tools/launch/run.h"
#include "tools/launch/say.h"
#include "tools/util/mem.h"

/* Our library first, then what the user had there. */
static char *preload_variable(const char *library)
{
	const char *users = getenv("LD_PRELOAD");
	size_t n = strlen(library);
	if (!users || !*users)
		return lr_format("LD_PRELOAD=%s", library);
	if (strncmp(users, library, n) == 0 && (!users[n] || users[n] == ':' || users[n] == ' '))
		return lr_format("LD_PRELOAD=%s", users);
	return lr_format("LD_PRELOAD=%s:%s", library, users);
}

/* A pipe that only its end can come from: what `make -j` gives to all but one of its jobs. */
static bool is_at_end(void)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	return poll(&in, 1, 0) == 1 && (in.revents & POLLHUP) && !(in.revents & POLLIN);
}

bool lr_runs_input(const struct lr_launch_options *o)
{
	struct stat st;
	if (o->repeat < 2 || fstat(STDIN_FILENO, &st) < 0 || S_ISREG(st.st_mode) ||
		S_ISCHR(st.st_mode) || is_at_end())
		return true;
	lr_say("--repeat=%u: only the first run could read standard input, which is a pipe; let it "
	       "be a file, or </dev/null",
		o->repeat);
	return false;
}

static int run_once(const char *path, char **argv, const char *library, const struct lr_run *run,
	struct lr_capture *capture, int *status)
{
	char value[PATH_MAX + 64];
	const char *on_signal = getenv("LEAKTRACE_SCAN_ON_SIGNAL");
	lr_run_variable(run, value, sizeof(value));
	char *const variables[] = {lr_format("LEAKTRACE_RUN=%s", value),
		lr_format("LEAKTRACE_OUT=%s", run->pattern),
		lr_format("LEAKTRACE_SCAN_ON_SIGNAL=%s", on_signal ? on_signal : "yes"),
		library ? preload_variable(library) : NULL, NULL};
	int error = lr_run_program(path, argv, variables, capture, status);
	for (size_t i = 0; variables[i]; i++)
		free(variables[i]);
	return error;
}

bool lr_runs_failed(const struct lr_runs *r)
{
	return !WIFEXITED(r->status) || WEXITSTATUS(r->status) != 0;
}

/* A run whose output is kept, and shown if it fails. */
static int run_quietly(struct lr_runs *r, const char *path, char **argv, const char *library,
	const struct lr_run *run)
{
	struct lr_capture capture;
	if (!lr_capture_begin(&capture))
		return -1;
	int error = run_once(path, argv, library, run, &capture, &r->status);
	if (!error && lr_runs_failed(r)) {
		lr_say("run %u has failed, unlike those before; this is what it printed:",
			r->made + 1);
		lr_capture_show(&capture);
	}
	lr_capture_end(&capture);
	return error;
}

/* Takes what from holds. */
static void append(struct lr_dumplist *to, struct lr_dumplist *from)
{
	for (size_t i = 0; i < from->count; i++) {
		LR_GROW(to->dumps, to->count, to->room);
		to->dumps[to->count++] = from->dumps[i];
	}
	free(from->dumps);
}

/* Dumps of the run that has just ended. */
static void collect(struct lr_runs *r, const struct lr_launch_options *o, const struct lr_run *run)
{
	struct lr_dumplist found;
	if (!lr_options_check(o) || WIFSIGNALED(r->status))
		lr_dumps_find(&found, run);
	else
		r->whole &= lr_lasting_wait(&found, run, o->wait);
	r->whole &= found.count > 0;
	append(&r->all, &found);
	if (r->made++ == 0)
		r->first = r->all.count;
}

int lr_runs_make(struct lr_runs *r, const struct lr_launch_options *o, const char *path,
	const char *library, const struct lr_keep *keep, const struct lr_run *first)
{
	struct lr_run run = *first;
	off_t input = lseek(STDIN_FILENO, 0, SEEK_CUR);
	int error;
	*r = (struct lr_runs){.whole = true};
	if ((error = run_once(path, o->program, library, &run, NULL, &r->status)))
		return error;
	collect(r, o, &run);
	while (r->made < o->repeat && !lr_runs_failed(r)) {
		if (input >= 0 && lseek(STDIN_FILENO, input, SEEK_SET) < 0) {
			lr_say("standard input cannot be read again: %s", strerror(errno));
			return -1;
		}
		if (!lr_run_begin(&run) || !lr_keep_place(keep, &run, r->made + 1, o->repeat))
			return -1;
		if ((error = run_quietly(r, path, o->program, library, &run)))
			return error;
		collect(r, o, &run);
	}
	return 0;
}

void lr_runs_free(struct lr_runs *r)
{
	lr_dumplist_free(&r->all);
}
