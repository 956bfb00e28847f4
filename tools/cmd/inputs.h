/* What the arguments and --dumps-from name, as a list of files. */
#ifndef LR_INPUTS_H
#define LR_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

struct lr_inputs {
	char **paths; /* argv's own or ours; ends with NULL */
	size_t used, room;
	void **owned;
	size_t owned_used, owned_room;
};

/* Adds the paths of a file: one a line, or each ended by a zero byte where there is one; "-" is
 * standard input. False: told on stderr. */
bool lr_inputs_from(struct lr_inputs *, const char *file);
/* Adds an argument; in place of a directory with dumps these, by run and start. */
void lr_inputs_add(struct lr_inputs *, char *argument);
/* Adds an argument as it stands. */
void lr_inputs_add_plain(struct lr_inputs *, char *argument);
void lr_inputs_free(struct lr_inputs *);

#endif
