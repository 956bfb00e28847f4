/* See cachedir.h. Names are those that lr_cachedir_write was given, which do not begin with a dot;
 * while a file is being written its name does. Only the two are ever removed. */
#include "tools/symbols/cachedir.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	ENTRIES_MAX = 1 << 16,
	ABANDONED = 60 * 60, /* seconds after which nobody writes to a file any more */
	DAY = 24 * 60 * 60
};

char *lr_cachedir_path(void)
{
	const char *base = getenv("XDG_CACHE_HOME"), *below = "";
	char *path;
	if (!base || base[0] != '/') {
		base = getenv("HOME");
		below = "/.cache";
	}
	if (!base || base[0] != '/' || asprintf(&path, "%s%s/leaktrace", base, below) < 0)
		return NULL;
	return path;
}

/* True for what belongs to us and nobody else can change. */
static bool is_ours(const struct stat *st)
{
	return st->st_uid == geteuid() && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

int lr_cachedir_open(const char *path, int create)
{
	struct stat st;
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');
	if (create && slash && slash - path < PATH_MAX) {
		memcpy(parent, path, (size_t)(slash - path));
		parent[slash - path] = '\0';
		mkdir(parent, 0700); /* not its parents: a home that is missing stays so */
		mkdir(path, 0700);
	}
	int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir >= 0 && (fstat(dir, &st) != 0 || !is_ours(&st))) {
		close(dir);
		return -1;
	}
	return dir;
}

static bool read_all(int fd, uint8_t *to, size_t n)
{
	for (ssize_t got; n > 0; to += got, n -= (size_t)got)
		if ((got = read(fd, to, n)) <= 0)
			return false;
	return true;
}

/* For lr_cachedir_trim, which removes by age. */
static void note_use(int fd, const struct stat *st)
{
	if (time(NULL) - st->st_mtime > DAY)
		futimens(fd, NULL);
}

uint8_t *lr_cachedir_read(int dir, const char *name, size_t *size)
{
	struct stat st;
	uint8_t *bytes = NULL;
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || !is_ours(&st) || st.st_size <= 0 ||
		st.st_size > LR_CACHE_FILE_MAX)
		goto out;
	*size = (size_t)st.st_size;
	bytes = malloc(*size);
	if (bytes && !read_all(fd, bytes, *size)) {
		free(bytes);
		bytes = NULL;
	}
	note_use(fd, &st);
out:
	close(fd);
	return bytes;
}

static bool write_all(int fd, const uint8_t *from, size_t n)
{
	for (ssize_t put; n > 0; from += put, n -= (size_t)put)
		if ((put = write(fd, from, n)) <= 0)
			return false;
	return true;
}

/* A write beyond RLIMIT_FSIZE would end us with SIGXFSZ. */
static bool may_write(size_t size)
{
	struct rlimit limit;
	return size <= LR_CACHE_FILE_MAX &&
	       (getrlimit(RLIMIT_FSIZE, &limit) != 0 || size <= limit.rlim_cur);
}

int lr_cachedir_write(int dir, const char *name, const uint8_t *bytes, size_t size)
{
	char own[64];
	uint64_t random = 0;
	if (!may_write(size) || getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
		return -1;
	snprintf(own, sizeof(own), ".%ld.%016llx", (long)getpid(), (unsigned long long)random);
	int fd = openat(dir, own, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	bool written = write_all(fd, bytes, size);
	if (close(fd) != 0 || !written || renameat(dir, own, dir, name) != 0) {
		unlinkat(dir, own, 0);
		return -1;
	}
	return 0;
}

struct entry {
	char name[160];
	int64_t used;
	uint64_t size;
};

static int by_use(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;
	return a->used < b->used ? -1 : a->used > b->used;
}

static bool is_name(const char *s)
{
	return s[0] && strspn(s, "0123456789abcdef") == strlen(s);
}

static bool is_being_written(const char *s)
{
	return s[0] == '.' && s[1] && strspn(s + 1, "0123456789abcdef.") == strlen(s + 1) &&
	       s[1] != '.';
}

/* Notes an entry of the directory, unless it is not one of ours. */
static bool note(int dir, const char *name, struct entry *e)
{
	struct stat st;
	if (strlen(name) >= sizeof(e->name) || !(is_name(name) || is_being_written(name)) ||
		fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
		return false;
	if (is_being_written(name)) {
		if (time(NULL) - st.st_mtime > ABANDONED)
			unlinkat(dir, name, 0);
		return false;
	}
	strcpy(e->name, name);
	e->used = st.st_mtime;
	e->size = (uint64_t)st.st_size;
	return true;
}

void lr_cachedir_trim(int dir, uint64_t max)
{
	int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = again < 0 ? NULL : fdopendir(again);
	struct entry *entries = NULL;
	size_t count = 0, room = 0;
	uint64_t sum = 0;
	if (!d && again >= 0)
		close(again);
	for (struct dirent *e; d && count < ENTRIES_MAX && (e = readdir(d));) {
		if (count == room) {
			room = room ? 2 * room : 64;
			void *bigger = realloc(entries, room * sizeof(*entries));
			if (!bigger)
				break;
			entries = bigger;
		}
		if (note(dir, e->d_name, &entries[count]))
			sum += entries[count++].size;
	}
	if (sum > max)
		qsort(entries, count, sizeof(*entries), by_use);
	for (size_t i = 0; i < count && sum > max; i++) {
		unlinkat(dir, entries[i].name, 0);
		sum -= entries[i].size;
	}
	free(entries);
	if (d)
		closedir(d);
}
