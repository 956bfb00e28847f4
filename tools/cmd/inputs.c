#include "tools/cmd/inputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/cmd/command.h"
#include "tools/dumplist.h"
#include "tools/util/mem.h"

static void keep(struct lr_inputs *in, void *p)
{
	LR_GROW(in->owned, in->owned_used, in->owned_room);
	in->owned[in->owned_used++] = p;
}

void lr_inputs_add_plain(struct lr_inputs *in, char *path)
{
	if (in->used + 1 >= in->room) {
		in->room = in->room ? 2 * in->room : 16;
		in->paths = lr_resize(in->paths, in->room, sizeof(*in->paths));
	}
	in->paths[in->used++] = path;
	in->paths[in->used] = NULL;
}

/* All of a file, with a terminator; NULL with errno. */
static char *read_whole(const char *file, size_t *size)
{
	FILE *f = strcmp(file, "-") == 0 ? stdin : fopen(file, "re");
	char *text = NULL;
	size_t used = 0, room = 0, n = 0;
	if (!f)
		return NULL;
	errno = 0;
	do {
		used += n;
		if (room - used < 2) {
			room = room ? 2 * room : 65536;
			text = lr_resize(text, room, 1);
		}
		n = fread(text + used, 1, room - used - 1, f);
	} while (n);
	int error = ferror(f) ? errno : 0;
	if (f != stdin)
		fclose(f);
	text[used] = '\0';
	*size = used;
	if (!error)
		return text;
	free(text);
	errno = error;
	return NULL;
}

bool lr_inputs_from(struct lr_inputs *in, const char *file)
{
	size_t size, before = in->used;
	char *text = read_whole(file, &size);
	if (!text) {
		lr_say(file, strerror(errno));
		return false;
	}
	keep(in, text);
	char end = memchr(text, '\0', size) ? '\0' : '\n';
	for (char *p = text, *next; p < text + size; p = next) {
		char *stop = memchr(p, end, (size_t)(text + size - p));
		next = stop ? stop + 1 : text + size;
		if (stop)
			*stop = '\0';
		if (*p)
			lr_inputs_add_plain(in, p);
	}
	if (in->used == before)
		lr_say(file, "names no dump; give one path a line");
	return in->used > before;
}

/* False: the directory is none, or holds no dump. */
static bool add_dir(struct lr_inputs *in, const char *dir)
{
	struct lr_dumplist list = {.count = 0};
	if (lr_dumplist_add_dir(&list, dir) < 0)
		return false;
	lr_dumplist_sort(&list);
	for (size_t i = 0; i < list.count; i++) {
		char *path = lr_strdup(list.dumps[i].path);
		keep(in, path);
		lr_inputs_add_plain(in, path);
	}
	bool any = list.count > 0;
	lr_dumplist_free(&list);
	return any;
}

void lr_inputs_add(struct lr_inputs *in, char *argument)
{
	if (!add_dir(in, argument))
		lr_inputs_add_plain(in, argument);
}

void lr_inputs_free(struct lr_inputs *in)
{
	for (size_t i = 0; i < in->owned_used; i++)
		free(in->owned[i]);
	free(in->owned);
	free(in->paths);
	*in = (struct lr_inputs){.used = 0};
}
