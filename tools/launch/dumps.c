/* See dumps.h. Names only narrow the search; what makes a file a dump of this run is the run's id
 * in its header. */
#include "tools/launch/dumps.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include "format/file.h"
#include "tools/launch/say.h"

static const char default_pattern[] = "leaktrace.%e.%p.bin";

bool lr_run_begin(struct lr_run *run)
{
	const char *name = getenv("LEAKTRACE_OUT");
	char here[PATH_MAX] = "";
	if (!name || !*name)
		name = default_pattern;
	if (*name != '/' && !getcwd(here, sizeof(here))) {
		lr_say("there is no working directory (%s); change into one, or give an absolute "
		       "--output",
			strerror(errno));
		return false;
	}
	const char *between = *name == '/' || strcmp(here, "/") == 0 ? "" : "/";
	int n = snprintf(run->pattern, sizeof(run->pattern), "%s%s%s", here, between, name);
	if (n >= (int)sizeof(run->pattern)) {
		lr_say("the dump's name is longer than a path can be; give a shorter --output");
		return false;
	}
	if (getrandom(&run->id, sizeof(run->id), 0) != sizeof(run->id)) {
		lr_say("no random numbers: %s", strerror(errno));
		return false;
	}
	run->id |= run->id == 0;
	return true;
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

static bool add(struct lr_dumps *d, const char *path, const struct ltf_header *h)
{
	if (d->count == d->room) {
		size_t room = d->room ? 2 * d->room : 16;
		struct lr_dump *bigger = realloc(d->dumps, room * sizeof(*bigger));
		if (!bigger)
			return false;
		d->dumps = bigger;
		d->room = room;
	}
	char *copy = strdup(path);
	if (!copy)
		return false;
	d->dumps[d->count++] = (struct lr_dump){copy, h->origin, h->start_mono, h->pid};
	return true;
}

static void add_if_ours(struct lr_dumps *d, const char *path, uint64_t run_id)
{
	struct ltf_header h;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		pread(fd, &h, sizeof(h), 0) == (ssize_t)sizeof(h) &&
		memcmp(h.magic, LTF_MAGIC, sizeof(h.magic)) == 0 && h.run_id == run_id)
		add(d, path, &h);
	close(fd);
}

static void find_in(struct lr_dumps *d, const char *pattern, uint64_t run_id)
{
	glob_t found;
	if (glob(pattern, GLOB_NOSORT | GLOB_PERIOD, NULL, &found) != 0)
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		add_if_ours(d, found.gl_pathv[i], run_id);
	globfree(&found);
}

static int by_start(const void *x, const void *y)
{
	const struct lr_dump *a = x, *b = y;
	bool a_later = a->origin != LTF_ORIGIN_FIRST, b_later = b->origin != LTF_ORIGIN_FIRST;
	if (a_later != b_later)
		return a_later - b_later;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	return a->pid < b->pid ? -1 : a->pid > b->pid;
}

void lr_dumps_find(struct lr_dumps *d, const struct lr_run *run)
{
	char pattern[2 * PATH_MAX + 2];
	*d = (struct lr_dumps){.count = 0};
	to_glob(run->pattern, pattern);
	find_in(d, pattern, run->id);

	/* Where the library puts what it cannot write where it was asked to. */
	char dir[PATH_MAX / 2];
	const char *tmp = getenv("TMPDIR");
	int n = snprintf(dir, sizeof(dir), "%s/leaktrace-%u", tmp && *tmp == '/' ? tmp : "/tmp",
		(unsigned)getuid());
	if (n < (int)sizeof(dir) && strncmp(run->pattern, dir, (size_t)n) != 0) {
		to_glob(dir, pattern);
		strcat(pattern, "/*");
		find_in(d, pattern, run->id);
	}
	if (d->count)
		qsort(d->dumps, d->count, sizeof(*d->dumps), by_start);
}

void lr_dumps_free(struct lr_dumps *d)
{
	for (size_t i = 0; i < d->count; i++)
		free(d->dumps[i].path);
	free(d->dumps);
	*d = (struct lr_dumps){.count = 0};
}
