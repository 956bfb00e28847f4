/* Strings kept once: equal strings are one pointer, freed all together. */
#ifndef LR_SYMBOL_STRINGS_H
#define LR_SYMBOL_STRINGS_H

#include <stddef.h>
#include <stdint.h>

struct lr_string_block;

/* Zeroed at first. */
struct lr_strings {
	const char **slots; /* open addressing, a power of two */
	size_t slot_count, used;
	struct lr_string_block *blocks;
	size_t block_left;
	char *block_next;
};

/* The kept copy of text, or NULL when text is NULL or there is no memory. */
const char *lr_strings_keep(struct lr_strings *, const char *text);
void lr_strings_free(struct lr_strings *);

/* FNV-1a, also for other tables. */
uint64_t lr_hash_bytes(const void *data, size_t n);

#endif
