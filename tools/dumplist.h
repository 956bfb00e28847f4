/* Files that are dumps, with what their headers say: found by a pattern or in a directory, in the
 * order in which a report takes them. Nothing of them is read but the header. */
#ifndef LR_DUMPLIST_H
#define LR_DUMPLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lr_listed {
	char *path;
	uint64_t run_id;
	uint32_t origin; /* enum ltf_origin: the first process sorts first */
	uint32_t state;  /* enum ltf_state, when it was looked at */
	uint32_t pid;
	uint64_t begin; /* ns since the epoch */
	uint64_t start; /* ns of a clock that all processes of one machine share */
};

struct lr_dumplist {
	struct lr_listed *dumps;
	size_t count, room;
};

/* Adds path if it is a dump, of that run (0: of any). Links are not followed. */
void lr_dumplist_add(struct lr_dumplist *, const char *path, uint64_t run_id);
/* All dumps that stand in a directory; -1 with errno where it cannot be read. */
int lr_dumplist_add_dir(struct lr_dumplist *, const char *dir);
/* One run behind the other, the first process of each first. */
void lr_dumplist_sort(struct lr_dumplist *);
void lr_dumplist_free(struct lr_dumplist *);

#endif
