/* What was found out about addresses, so that a stack seen a million times is looked up once. */
#ifndef LR_ANSWERS_H
#define LR_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "tools/symbols/strings.h"

struct lr_object;

struct lr_named {
	const char *function, *symbol, *file, *dir; /* in strings */
	unsigned line;
	bool inlined, nearest;
};

struct lr_answer {
	const struct lr_object *object; /* NULL: a free slot */
	uint64_t addr;
	size_t first; /* of its frames, in the array of all */
	uint32_t count;
	bool asked; /* not only read from the cache */
};

/* All zero is empty. */
struct lr_answers {
	struct lr_strings strings;
	struct lr_named *frames;
	size_t frame_count, frame_room;
	struct lr_answer *slots; /* open addressing, a power of two */
	size_t used, slot_count;
	bool poor; /* an answer is less than it should be, for want of memory */
};

/* NULL when it is not there. Valid until the next lr_answers_add. */
struct lr_answer *lr_answers_find(
	const struct lr_answers *, const struct lr_object *, uint64_t addr);
/* A new answer with room for n frames, which the caller fills; NULL: no memory. */
struct lr_answer *lr_answers_add(
	struct lr_answers *, const struct lr_object *, uint64_t addr, size_t n);
void lr_answers_free(struct lr_answers *);

#endif
