#include "tools/dumplist.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "format/file.h"
#include "tools/util/mem.h"

static void add(struct lr_dumplist *l, const char *path, const struct ltf_header *h)
{
	LR_GROW(l->dumps, l->count, l->room);
	l->dumps[l->count++] = (struct lr_listed){.path = lr_strdup(path),
		.run_id = h->run_id,
		.origin = h->origin,
		.state = h->state,
		.pid = h->pid,
		.begin = h->start_real,
		.start = h->start_mono};
}

void lr_dumplist_add(struct lr_dumplist *l, const char *path, uint64_t run_id)
{
	struct ltf_header h;
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		pread(fd, &h, sizeof(h), 0) == (ssize_t)sizeof(h) &&
		memcmp(h.magic, LTF_MAGIC, sizeof(h.magic)) == 0 &&
		(run_id == 0 || h.run_id == run_id))
		add(l, path, &h);
	close(fd);
}

int lr_dumplist_add_dir(struct lr_dumplist *l, const char *dir)
{
	DIR *d = opendir(dir);
	if (!d)
		return -1;
	for (struct dirent *e; (e = readdir(d));) {
		char *path = lr_format("%s/%s", dir, e->d_name);
		if (e->d_type == DT_REG || e->d_type == DT_UNKNOWN)
			lr_dumplist_add(l, path, 0);
		free(path);
	}
	closedir(d);
	return 0;
}

static int by_number(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_start(const void *x, const void *y)
{
	const struct lr_listed *a = x, *b = y;
	int order = (a->origin != LTF_ORIGIN_FIRST) - (b->origin != LTF_ORIGIN_FIRST);
	if (!order)
		order = by_number(a->start, b->start);
	if (!order)
		order = by_number(a->pid, b->pid);
	return order ? order : strcmp(a->path, b->path);
}

static int by_run(const void *x, const void *y)
{
	return by_number(
		((const struct lr_listed *)x)->run_id, ((const struct lr_listed *)y)->run_id);
}

/* Where each run begins; runs are put into the order of their first process's start. */
struct piece {
	size_t from, count;
	uint64_t begin;
};

static int by_begin(const void *x, const void *y)
{
	const struct piece *a = x, *b = y;
	return a->begin != b->begin ? by_number(a->begin, b->begin) : by_number(a->from, b->from);
}

void lr_dumplist_sort(struct lr_dumplist *l)
{
	size_t pieces = 0, at = 0;
	if (l->count < 2)
		return;
	qsort(l->dumps, l->count, sizeof(*l->dumps), by_run);
	struct piece *piece = lr_calloc(l->count, sizeof(*piece));
	for (size_t i = 0, n; i < l->count; i += n) {
		for (n = 1; i + n < l->count && by_run(&l->dumps[i], &l->dumps[i + n]) == 0; n++)
			;
		qsort(l->dumps + i, n, sizeof(*l->dumps), by_start);
		piece[pieces++] = (struct piece){i, n, l->dumps[i].begin};
	}
	qsort(piece, pieces, sizeof(*piece), by_begin);
	struct lr_listed *sorted = lr_calloc(l->count, sizeof(*sorted));
	for (size_t i = 0; i < pieces; at += piece[i++].count)
		memcpy(sorted + at, l->dumps + piece[i].from, piece[i].count * sizeof(*sorted));
	free(piece);
	free(l->dumps);
	l->dumps = sorted;
	l->room = l->count;
}

void lr_dumplist_free(struct lr_dumplist *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->dumps[i].path);
	free(l->dumps);
	*l = (struct lr_dumplist){.count = 0};
}
