#include "tools/launch/check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tools/launch/say.h"
#include "tools/util/mem.h"
#include "tools/util/text.h"

/* name with %e replaced by the program's base name, %% by a percent sign. */
static const char *expand(const char *name, const char *program)
{
	const char *base = lr_base_name(program);
	size_t n = strlen(name), room = n + 1;
	for (const char *p = name; (p = strstr(p, "%e")); p += 2)
		room += strlen(base);
	char *out = lr_calloc(room, 1), *to = out;
	for (const char *p = name; *p; p++)
		if (p[0] == '%' && p[1] == 'e') {
			to = stpcpy(to, base);
			p++;
		} else {
			p += p[0] == '%' && p[1] == '%';
			*to++ = *p;
		}
	return out;
}

static bool make_parents(const char *path)
{
	if (lr_keep_parents(path))
		return true;
	lr_say("the directory of %s cannot be made: %s", path, strerror(errno));
	return false;
}

static bool prepare_files(struct lr_launch_options *o)
{
	const char *program = o->program[0];
	if (o->budget)
		o->budget = expand(o->budget, program);
	for (size_t i = 0; i < o->writes.used; i++) {
		o->writes.values[i] = expand(o->writes.values[i], program);
		const char *file = strchr(o->writes.values[i], ':');
		if (file && !make_parents(file + 1))
			return false;
	}
	if (o->update)
		return make_parents(o->budget);
	if (!o->budget || access(o->budget, R_OK) == 0)
		return true;
	if (errno == ENOENT)
		lr_say("%s is not there: nothing says what this run is held to; --update writes it",
			o->budget);
	else
		lr_say("%s cannot be read: %s", o->budget, strerror(errno));
	return false;
}

/* What the verdict is asked for with; update: the budget is written instead. */
static void add_options(struct lr_arguments *a, const struct lr_launch_options *o, bool update)
{
	if (o->budget && !update)
		lr_arguments_add(a, lr_format("--budget=%s", o->budget));
	if (update)
		lr_arguments_add(a, lr_format("--output=%s", o->budget));
	lr_arguments_add_list(a, "rule", &o->rules);
	if (!update)
		lr_arguments_add_list(a, "write", &o->writes);
}

bool lr_check_prepare(struct lr_launch_options *o)
{
	struct lr_arguments a = {.used = 0};
	if (!prepare_files(o))
		return false;
	/* Rules may be about the baseline that is to be written. */
	if (o->update && access(o->budget, F_OK) != 0)
		return true;
	lr_arguments_add(&a, lr_strdup("check"));
	lr_arguments_add(&a, lr_strdup("--validate"));
	add_options(&a, o, false);
	int status = lr_reporter_run(o, NULL, STDERR_FILENO, &a);
	if (status == 0)
		return true;
	if (status != -1)
		lr_say("nothing was started: the check cannot be made as it is");
	return false;
}

static const struct {
	const char *format, *suffix;
} suite_files[] = {{"json", "json"}, {"tap", "tap"}, {"junit", "xml"}, {"sarif", "sarif"},
	{"github", "github"}, {"markdown", "md"}, {"text", "txt"}};

/* The file of a format, named by its first n characters. False: told. */
static bool gather_as(struct lr_launch_options *o, const struct lr_keep *k,
	const struct lr_run *run, const char *format, size_t n)
{
	for (size_t i = 0; i < sizeof(suite_files) / sizeof(*suite_files); i++) {
		if (strlen(suite_files[i].format) != n ||
			strncmp(suite_files[i].format, format, n) != 0)
			continue;
		if (o->writes.used < LR_LIST_MAX)
			o->writes.values[o->writes.used++] =
				lr_format("%s:%s/leaktrace.%s.%016" PRIx64 ".%s",
					suite_files[i].format, k->dir, lr_base_name(o->program[0]),
					run->id, suite_files[i].suffix);
		return true;
	}
	lr_say("LEAKTRACE_CHECK_WRITE: \"%.*s\" is not understood; give json, tap, junit, sarif, "
	       "github, markdown or text",
		(int)n, format);
	return false;
}

bool lr_check_gather(struct lr_launch_options *o, const struct lr_keep *k, const struct lr_run *run)
{
	const char *list = getenv("LEAKTRACE_CHECK_WRITE");
	if (!k->dir[0] || k->own || o->update)
		return true;
	bool good = gather_as(o, k, run, "json", strlen("json"));
	for (size_t n; good && list && *list; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (n && strncmp(list, "json", n) != 0)
			good = gather_as(o, k, run, list, n);
	}
	return good;
}

enum lr_verdict lr_check_judge(const struct lr_launch_options *o, const struct lr_dumplist *d)
{
	struct lr_arguments a = {.used = 0};
	lr_arguments_add(&a, lr_strdup(o->update ? "baseline" : "check"));
	if (!o->update)
		lr_arguments_add(&a, lr_strdup("--brief"));
	if (o->repeat > 1)
		lr_arguments_add(&a, lr_strdup("--repeated"));
	add_options(&a, o, o->update);
	enum lr_verdict verdict = lr_reporter_verdict(lr_reporter_run(o, d, STDERR_FILENO, &a));
	return o->update && verdict == LR_ERRORS ? LR_UNDECIDED : verdict;
}
