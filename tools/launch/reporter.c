#include "tools/launch/reporter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tools/check/wanted.h"
#include "tools/launch/places.h"
#include "tools/launch/run.h"
#include "tools/launch/say.h"
#include "tools/suppress/rules.h"
#include "tools/util/mem.h"
#include "tools/view/thresholds.h"

enum { ARGUMENTS_MAX = 65536 }; /* bytes; the kernel takes 128 KiB in any case */

bool lr_reporter_understands(const struct lr_launch_options *o)
{
	const char *wrong;
	struct lr_error err = {{0}};
	struct lr_rules *rules = lr_rules_new();
	bool good = true;
	for (size_t i = 0; good && i < o->suppressions.used; i++)
		good = lr_rules_add_file(rules, o->suppressions.values[i], &err) == 0;
	lr_rules_free(rules);
	if (!good) {
		lr_say("%s", err.text);
		return false;
	}
	struct lr_thresholds thresholds = lr_thresholds_default;
	for (size_t i = 0; i < o->thresholds.used; i++)
		if (!lr_thresholds_set(&thresholds, o->thresholds.values[i])) {
			lr_say("--threshold=%s is not understood; give NAME=VALUE (leakreport "
			       "--threshold=help lists them)",
				o->thresholds.values[i]);
			return false;
		}
	if (!o->errors_for || lr_wanted_understood(o->errors_for, &wrong))
		return true;
	lr_say("--errors-for=%s: \"%.*s\" is not understood; give %s", o->errors_for,
		(int)strcspn(wrong, ","), wrong, LR_WANTED_WORDS);
	return false;
}

void lr_arguments_add(struct lr_arguments *a, char *text)
{
	if (a->used + 1 >= a->room) {
		a->room = a->room ? 2 * a->room : 32;
		a->list = lr_resize(a->list, a->room, sizeof(*a->list));
	}
	a->list[a->used++] = text;
	a->list[a->used] = NULL;
	a->bytes += strlen(text) + 1 + sizeof(text);
}

void lr_arguments_add_list(struct lr_arguments *a, const char *option, const struct lr_list *list)
{
	for (size_t i = 0; i < list->used; i++)
		lr_arguments_add(a, lr_format("--%s=%s", option, list->values[i]));
}

static void free_arguments(struct lr_arguments *a)
{
	for (size_t i = 0; i < a->used; i++)
		free(a->list[i]);
	free(a->list);
}

/* All paths in a file without a name, each ended by a zero byte. Its descriptor; -1 with errno. */
static int write_list(const struct lr_dumplist *d)
{
	int fd = memfd_create("leaktrace-dumps", 0);
	FILE *f = fd < 0 ? NULL : fdopen(dup(fd), "w");
	if (!f) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	for (size_t i = 0; i < d->count; i++)
		fwrite(d->dumps[i].path, 1, strlen(d->dumps[i].path) + 1, f);
	bool good = !ferror(f);
	if (fclose(f) == 0 && good && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	close(fd);
	return -1;
}

/* The dumps: as arguments while they are few, else by a list. Its descriptor, or -1. */
static int add_dumps(struct lr_arguments *a, const struct lr_dumplist *d)
{
	size_t bytes = 0;
	for (size_t i = 0; i < d->count; i++)
		bytes += strlen(d->dumps[i].path) + 1 + sizeof(char *);
	int fd = a->bytes + bytes > ARGUMENTS_MAX ? write_list(d) : -1;
	if (fd >= 0)
		lr_arguments_add(a, lr_format("--dumps-from=/dev/fd/%d", fd));
	for (size_t i = 0; fd < 0 && i < d->count; i++)
		lr_arguments_add(a, lr_strdup(d->dumps[i].path));
	return fd;
}

int lr_reporter_run(const struct lr_launch_options *o, const struct lr_dumplist *d, int fd,
	struct lr_arguments *a)
{
	char path[PATH_MAX];
	int status, list = -1;
	if (!lr_place_reporter(path)) {
		lr_say("leakreport is neither near this program nor in PATH%s%s",
			d ? "; run it on " : "", d ? d->dumps[0].path : "");
		free_arguments(a);
		return -1;
	}
	lr_arguments_add_list(a, "suppressions", &o->suppressions);
	lr_arguments_add_list(a, "threshold", &o->thresholds);
	if (d)
		list = add_dumps(a, d);
	struct lr_arguments whole = {.used = 0};
	lr_arguments_add(&whole, path);
	for (size_t i = 0; i < a->used; i++)
		lr_arguments_add(&whole, a->list[i]);
	int error = lr_run_tool(path, whole.list, fd, &status);
	if (list >= 0)
		close(list);
	free(whole.list);
	free_arguments(a);
	if (error == E2BIG)
		lr_say("%zu dumps are too many for one report; run leakreport on some of them",
			d ? d->count : 0);
	else if (error)
		lr_say("%s cannot be run: %s", path, strerror(error));
	return error ? -1 : status;
}

void lr_reporter_show(const struct lr_launch_options *o, const struct lr_dumplist *d, int fd)
{
	struct lr_arguments a = {.used = 0};
	lr_arguments_add(&a, lr_format("--format=%s", o->report_format));
	lr_reporter_run(o, d, fd, &a);
}

enum lr_verdict lr_reporter_verdict(int status)
{
	if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) <= 1)
		return WEXITSTATUS(status) ? LR_ERRORS : LR_NO_ERRORS;
	return LR_UNDECIDED;
}

enum lr_verdict lr_reporter_judge(const struct lr_launch_options *o, const struct lr_dumplist *d)
{
	struct lr_arguments a = {.used = 0};
	lr_arguments_add(&a, lr_strdup("errors"));
	lr_arguments_add(&a,
		lr_format("--errors-for=%s", o->errors_for ? o->errors_for : LR_WANTED_DEFAULT));
	return lr_reporter_verdict(lr_reporter_run(o, d, STDERR_FILENO, &a));
}
