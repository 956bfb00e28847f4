/* A map from 64-bit keys to 32-bit values that can be asked for the next key above or below. */
#ifndef LR_SORTED_H
#define LR_SORTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lr_sorted_chunk;
/* All zero is an empty map. */
struct lr_sorted {
	struct lr_sorted_chunk **chunks; /* in order, none of them empty */
	size_t used, room;
};

/* The value becomes that of the key. */
void lr_sorted_put(struct lr_sorted *s, uint64_t key, uint32_t value);
/* True when it was there. */
bool lr_sorted_remove(struct lr_sorted *s, uint64_t key);
/* The value of the greatest key that is at most the given one, and of the least that is at least
 * it. False: there is none. */
bool lr_sorted_below(const struct lr_sorted *s, uint64_t key, uint32_t *value);
bool lr_sorted_above(const struct lr_sorted *s, uint64_t key, uint32_t *value);
void lr_sorted_free(struct lr_sorted *s);

#endif
