/* See dumps.h. Names only narrow the search; what makes a file a dump of this run is the run's id
 * in its header. */
#include "tools/launch/dumps.h"

#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include "tools/launch/say.h"

static const char default_pattern[] = "leaktrace.%e.%p.bin";

bool lr_run_begin(struct lr_run *run)
{
	if (getrandom(&run->id, sizeof(run->id), 0) != sizeof(run->id)) {
		lr_say("no random numbers: %s", strerror(errno));
		return false;
	}
	run->id |= run->id == 0;
	return true;
}

int lr_absolute(const char *name, char *out, size_t size)
{
	char here[PATH_MAX] = "";
	if (*name != '/' && !getcwd(here, sizeof(here)))
		return -1;
	const char *between = *name == '/' || strcmp(here, "/") == 0 ? "" : "/";
	return snprintf(out, size, "%s%s%s", here, between, name);
}

bool lr_run_place(struct lr_run *run, const char *name)
{
	if (!name)
		name = getenv("LEAKTRACE_OUT");
	if (!name || !*name)
		name = default_pattern;
	int n = lr_absolute(name, run->pattern, sizeof(run->pattern));
	if (n < 0) {
		lr_say("there is no working directory (%s); change into one, or give an absolute "
		       "--output",
			strerror(errno));
		return false;
	}
	if (n < (int)sizeof(run->pattern))
		return true;
	lr_say("the dump's name is longer than a path can be; give a shorter --output");
	return false;
}

void lr_run_variable(const struct lr_run *run, char *out, size_t n)
{
	snprintf(out, n, "%016" PRIx64 ":0:%s", run->id, run->pattern);
}

/* The pattern as glob(3) takes it: conversions match anything, and so does what later processes put
 * before the last suffix. */
static void to_glob(const char *pattern, char *out)
{
	char *suffix = NULL;
	for (const char *p = pattern; *p; p++) {
		if (*p == '%' && p[1] && *++p != '%') {
			*out++ = '*';
			continue;
		}
		if (*p == '/')
			suffix = NULL;
		else if (*p == '.' && out[-1] != '/')
			suffix = out;
		if (strchr("\\*?[", *p))
			*out++ = '\\';
		*out++ = *p;
	}
	*out = '\0';
	if (!suffix)
		suffix = out;
	memmove(suffix + 1, suffix, strlen(suffix) + 1);
	*suffix = '*';
}

static void find_in(struct lr_dumplist *d, const char *pattern, uint64_t run_id)
{
	glob_t found;
	if (glob(pattern, GLOB_NOSORT | GLOB_PERIOD, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		lr_dumplist_add(d, found.gl_pathv[i], run_id);
	globfree(&found);
}

void lr_dumps_find(struct lr_dumplist *d, const struct lr_run *run)
{
	char pattern[2 * PATH_MAX + 2];
	*d = (struct lr_dumplist){.count = 0};
	to_glob(run->pattern, pattern);
	find_in(d, pattern, run->id);

	/* Where the library puts what it cannot write where it was asked to; root may look at those
	 * of users that processes of the run have become. */
	char dir[PATH_MAX / 2], user[16] = "[0-9]*";
	const char *tmp = getenv("TMPDIR");
	int n = snprintf(dir, sizeof(dir), "%s/leaktrace-", tmp && *tmp == '/' ? tmp : "/tmp");
	if (getuid() != 0)
		snprintf(user, sizeof(user), "%u", (unsigned)getuid());
	if (n < (int)sizeof(dir) && strncmp(run->pattern, dir, (size_t)n) != 0) {
		to_glob(dir, pattern);
		strcpy(pattern + strlen(pattern) - 1, user); /* without the star */
		strcat(pattern, "/*");
		find_in(d, pattern, run->id);
	}
	lr_dumplist_sort(d);
}
