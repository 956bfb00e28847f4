#include "tools/launch/reporter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tools/check/wanted.h"
#include "tools/launch/places.h"
#include "tools/launch/run.h"
#include "tools/launch/say.h"
#include "tools/suppress/rules.h"
#include "tools/view/thresholds.h"

enum { LISTED_MAX = LR_SUPPRESSIONS_MAX + LR_THRESHOLDS_MAX, OPTIONS_MAX = 8 + LISTED_MAX };

bool lr_reporter_understands(const struct lr_launch_options *o)
{
	const char *wrong;
	struct lr_error err = {{0}};
	struct lr_rules *rules = lr_rules_new();
	bool good = true;
	for (size_t i = 0; good && i < o->suppressions_used; i++)
		good = lr_rules_add_file(rules, o->suppressions[i], &err) == 0;
	lr_rules_free(rules);
	if (!good) {
		lr_say("%s", err.text);
		return false;
	}
	struct lr_thresholds thresholds = lr_thresholds_default;
	for (size_t i = 0; i < o->thresholds_used; i++)
		if (!lr_thresholds_set(&thresholds, o->thresholds[i])) {
			lr_say("--threshold=%s is not understood; give NAME=VALUE (leakreport "
			       "--threshold=help lists them)",
				o->thresholds[i]);
			return false;
		}
	if (!o->errors_for || lr_wanted_understood(o->errors_for, &wrong))
		return true;
	lr_say("--errors-for=%s: \"%.*s\" is not understood; give %s", o->errors_for,
		(int)strcspn(wrong, ","), wrong, LR_WANTED_WORDS);
	return false;
}

/* Adds --option=value for each of the list to arguments that have room. False: no memory. */
static bool add_all(
	char **argv, size_t *n, const char *option, const char *const *list, size_t used)
{
	for (size_t i = 0; i < used; i++, ++*n)
		if (asprintf(&argv[*n], "--%s=%s", option, list[i]) < 0)
			return false;
	return true;
}

/* leakreport with these arguments (ends with NULL), the lists of options, and the dumps. Its status
 * as from waitpid, or -1, which is told. */
static int run(const struct lr_launch_options *o, const struct lr_dumps *d, int fd,
	const char *const *arguments)
{
	char path[PATH_MAX];
	int status, error = ENOMEM;
	size_t n = 0, first, made;
	if (!lr_place_reporter(path)) {
		lr_say("leakreport is neither near this program nor in PATH; run it on %s",
			d->dumps[0].path);
		return -1;
	}
	char **argv = calloc(OPTIONS_MAX + d->count, sizeof(*argv));
	if (!argv)
		return -1;
	argv[n++] = path;
	while (*arguments)
		argv[n++] = (char *)*arguments++;
	first = made = n;
	if (!add_all(argv, &made, "suppressions", o->suppressions, o->suppressions_used) ||
		!add_all(argv, &made, "threshold", o->thresholds, o->thresholds_used))
		goto out;
	n = made;
	for (size_t i = 0; i < d->count; i++)
		argv[n++] = d->dumps[i].path;
	error = lr_run_tool(path, argv, fd, &status);
out:
	while (made > first)
		free(argv[--made]);
	free(argv);
	if (error == E2BIG)
		lr_say("%zu dumps are too many for one report; run leakreport on some of them",
			d->count);
	else if (error)
		lr_say("%s cannot be run: %s", path, strerror(error));
	return error ? -1 : status;
}

void lr_reporter_show(const struct lr_launch_options *o, const struct lr_dumps *d, int fd)
{
	char format[32];
	snprintf(format, sizeof(format), "--format=%s", o->report_format);
	run(o, d, fd, (const char *const[]){format, NULL});
}

enum lr_verdict lr_reporter_judge(const struct lr_launch_options *o, const struct lr_dumps *d)
{
	char wanted[4096];
	const char *list = o->errors_for ? o->errors_for : LR_WANTED_DEFAULT;
	snprintf(wanted, sizeof(wanted), "--errors-for=%s", list);
	int status = run(o, d, STDERR_FILENO, (const char *const[]){"errors", wanted, NULL});
	if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) <= 1)
		return WEXITSTATUS(status) ? LR_ERRORS : LR_NO_ERRORS;
	return LR_UNDECIDED;
}
