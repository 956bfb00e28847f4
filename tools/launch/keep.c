#include "tools/launch/keep.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tools/launch/say.h"

bool lr_keep_parents(const char *path)
{
	char dir[PATH_MAX];
	if (snprintf(dir, sizeof(dir), "%s", path) >= (int)sizeof(dir)) {
		errno = ENAMETOOLONG;
		return false;
	}
	for (char *p = dir + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(dir, 0777) < 0 && errno != EEXIST)
			return false;
		*p = '/';
	}
	return true;
}

/* A suite's directory. */
static bool gather_in(struct lr_keep *k, const char *dir)
{
	int n = lr_absolute(dir, k->dir, sizeof(k->dir));
	if (n >= 0 && n + 256 < (int)sizeof(k->dir) && lr_keep_parents(k->dir) &&
		(mkdir(k->dir, 0777) == 0 || errno == EEXIST))
		return true;
	lr_say("LEAKTRACE_CHECK_DIR=%s cannot be made: %s", dir, strerror(errno));
	return false;
}

bool lr_keep_begin(struct lr_keep *k, bool output_given)
{
	const char *tmp = getenv("TMPDIR"), *suite = getenv("LEAKTRACE_CHECK_DIR");
	*k = (struct lr_keep){.own = false};
	/* Within another run LEAKTRACE_OUT is that one's. */
	const char *out = getenv("LEAKTRACE_RUN") ? NULL : getenv("LEAKTRACE_OUT");
	if (output_given || (out && *out))
		return true;
	if (suite && *suite)
		return gather_in(k, suite);
	snprintf(k->dir, sizeof(k->dir), "%s/leaktrace-check.XXXXXX",
		tmp && *tmp == '/' ? tmp : "/tmp");
	k->own = mkdtemp(k->dir) != NULL;
	if (!k->own)
		lr_say("there is no room for the dumps: %s: %s; set TMPDIR, or give --output",
			k->dir, strerror(errno));
	return k->own;
}

/* In a pattern a percent sign is written twice. */
static size_t escape(char *out, size_t size, const char *text)
{
	size_t n = 0;
	for (; *text && n + 2 < size; text++) {
		if (*text == '%')
			out[n++] = '%';
		out[n++] = *text;
	}
	out[n] = '\0';
	return n;
}

/* How long the numbers of so many runs are. They all have that length, and so has the environment
 * of each run, which programs copy. */
static int digits(unsigned of)
{
	int n = 1;
	for (; of >= 10; of /= 10)
		n++;
	return n;
}

/* The user's pattern, in repeated runs with a number before the last suffix: the library replaces
 * a finished dump of the same name. */
static bool place_as_asked(struct lr_run *run, unsigned number, unsigned of)
{
	char name[PATH_MAX];
	if (!lr_run_place(run, NULL))
		return false;
	if (of < 2)
		return true;
	const char *dot = strrchr(run->pattern, '.'), *slash = strrchr(run->pattern, '/');
	if (!dot || dot < slash || dot == slash + 1)
		dot = run->pattern + strlen(run->pattern);
	int n = snprintf(name, sizeof(name), "%.*s.%0*u%s", (int)(dot - run->pattern), run->pattern,
		digits(of), number, dot);
	return lr_run_place(run, n < (int)sizeof(name) ? name : run->pattern);
}

bool lr_keep_place(const struct lr_keep *k, struct lr_run *run, unsigned number, unsigned of)
{
	char pattern[2 * PATH_MAX + 64], part[32] = "";
	if (!k->dir[0])
		return place_as_asked(run, number, of);
	size_t n = escape(pattern, sizeof(pattern), k->dir);
	if (!k->own) /* among those of others */
		snprintf(part, sizeof(part), ".%016" PRIx64, run->id);
	else if (of > 1)
		snprintf(part, sizeof(part), ".%0*u", digits(of), number);
	snprintf(pattern + n, sizeof(pattern) - n, "/leaktrace.%%e.%%p%s.bin", part);
	return lr_run_place(run, pattern);
}

static void empty(const char *dir)
{
	char path[2 * PATH_MAX];
	DIR *d = opendir(dir);
	for (struct dirent *e; d && (e = readdir(d));) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		unlink(path);
	}
	if (d)
		closedir(d);
	rmdir(dir);
}

void lr_keep_end(struct lr_keep *k, const struct lr_dumplist *dumps, bool passed)
{
	if (!k->dir[0])
		return;
	if (k->own && (passed || dumps->count == 0)) {
		for (size_t i = 0; i < dumps->count; i++)
			unlink(dumps->dumps[i].path);
		empty(k->dir);
	} else if (k->own) {
		lr_say("the dump%s kept in %s", dumps->count == 1 ? " is" : "s are", k->dir);
	}
	k->dir[0] = '\0';
}
