#include "tools/view/fd_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/resources.h"

enum { NAMES = 3, PREFIX_LEAST = 2 };

/* The number may have been closed and opened again since the scan. */
const struct lr_scan_fd *lr_fd_row(const struct lr_scan *scan, const struct lr_open_resource *o)
{
	if (!scan || o->created > scan->figure[LTF_SCAN_TIME_US])
		return NULL;
	size_t low = 0, high = scan->fds_used;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (scan->fds[middle].number < o->handle)
			low = middle + 1;
		else
			high = middle;
	}
	bool found = low < scan->fds_used && scan->fds[low].number == o->handle;
	return found ? &scan->fds[low] : NULL;
}

bool lr_fd_is_connection(const struct lr_scan *scan, const struct lr_open_resource *o)
{
	const struct lr_scan_fd *row = lr_fd_row(scan, o);
	if (o->fd.what == LTF_FD_ACCEPTED)
		return !row || !(row->flags & LTF_FDS_HUNG_UP);
	return (o->fd.what == LTF_FD_DUP || o->fd.what == LTF_FD_RECEIVED) && row && row->family &&
	       !(row->flags & (LTF_FDS_HUNG_UP | LTF_FDS_LISTENING));
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static char *name_of_socket(const struct lr_scan *scan, const struct lr_scan_fd *row)
{
	const char *local = lr_scan_text(scan, row->local), *peer = lr_scan_text(scan, row->peer);
	if (row->flags & LTF_FDS_LISTENING)
		return lr_format("socket that listens at %s", local);
	if (*local && *peer)
		return lr_format("socket at %s, to %s", local, peer);
	if (*local || *peer)
		return lr_format("socket %s %s", *local ? "at" : "to", *local ? local : peer);
	return lr_strdup("socket");
}

static char *name_of(const struct lr_scan *scan, const struct lr_open_resource *o)
{
	const struct lr_scan_fd *row = lr_fd_row(scan, o);
	const char *name = row ? lr_scan_text(scan, row->name) : "", *anonymous = "anon_inode:";
	if (row && begins(name, "socket:"))
		return name_of_socket(scan, row);
	if (begins(name, "pipe:"))
		return lr_strdup("pipe");
	if (begins(name, anonymous)) {
		name += strlen(anonymous);
		size_t n = strlen(name);
		bool brackets = n > 2 && name[0] == '[' && name[n - 1] == ']';
		return lr_format("%.*s", (int)(brackets ? n - 2 : n), name + brackets);
	}
	return lr_strdup(*name ? name : lr_fd_word(o->fd.what));
}

static int by_name(const void *pa, const void *pb)
{
	return strcmp(*(char *const *)pa, *(char *const *)pb);
}

/* What all have in front and behind, with a star between. */
static char *pattern(char *const *name, size_t n)
{
	const char *first = name[0], *last = name[n - 1];
	size_t head = 0, tail = 0, shortest = strlen(first);
	while (first[head] && first[head] == last[head])
		head++;
	for (size_t i = 0; i < n; i++)
		shortest = strlen(name[i]) < shortest ? strlen(name[i]) : shortest;
	for (bool same = true; same && tail + head < shortest; tail += same)
		for (size_t i = 0; i < n; i++)
			same = same && name[i][strlen(name[i]) - 1 - tail] ==
					       first[strlen(first) - 1 - tail];
	while (head && (unsigned char)first[head] >> 6 == 2) /* within a character */
		head--;
	if (head < PREFIX_LEAST)
		return NULL;
	return lr_format("%.*s*%s", (int)head, first, first + strlen(first) - tail);
}

/* Names in order, each once; with how many there are where it is more than one. */
static char *join(char *const *name, size_t n)
{
	char *out = lr_strdup("");
	for (size_t i = 0, shown = 0, same; i < n && shown < NAMES; i += same, shown++) {
		for (same = 1; i + same < n && strcmp(name[i], name[i + same]) == 0; same++)
			;
		char *before = out, *many = lr_format(" (%s)", lr_show_count(same).text);
		out = lr_format("%s%s%s%s%s", before, i ? ", " : "", name[i], same > 1 ? many : "",
			shown + 1 == NAMES && i + same < n ? " .." : "");
		free(before);
		free(many);
	}
	return out;
}

char *lr_fd_names(
	const struct lr_scan *scan, const struct lr_open_resource *const *list, size_t count)
{
	char **name = lr_calloc(count, sizeof(*name)), *text = NULL;
	size_t distinct = 0;
	for (size_t i = 0; i < count; i++)
		name[i] = name_of(scan, list[i]);
	if (count)
		qsort(name, count, sizeof(*name), by_name);
	for (size_t i = 0; i < count; i++)
		distinct += i == 0 || strcmp(name[i], name[i - 1]) != 0;
	if (distinct > NAMES)
		text = pattern(name, count);
	if (!text)
		text = join(name, count);
	for (size_t i = 0; i < count; i++)
		free(name[i]);
	free(name);
	return text;
}

static int by_text(const void *pa, const void *pb)
{
	return strcmp(*(const char *const *)pa, *(const char *const *)pb);
}

size_t lr_fd_same(
	const struct lr_scan *scan, const struct lr_open_resource *const *list, size_t count)
{
	const char **path = lr_calloc(count, sizeof(const char *));
	size_t n = 0, most = 0;
	for (size_t i = 0; i < count; i++) {
		const struct lr_scan_fd *row = lr_fd_row(scan, list[i]);
		const char *name = row ? lr_scan_text(scan, row->name) : "";
		if (name[0] == '/')
			path[n++] = name;
	}
	if (n)
		qsort(path, n, sizeof(*path), by_text);
	for (size_t i = 0, same; i < n; i += same) {
		for (same = 1; i + same < n && strcmp(path[i], path[i + same]) == 0; same++)
			;
		most = same > most ? same : most;
	}
	free(path);
	return most;
}
