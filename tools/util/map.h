/* A hash map from 64-bit keys to 32-bit values. The hash is seeded at random, so that keys chosen
 * by whoever wrote a dump do not all fall on one place. */
#ifndef LR_MAP_H
#define LR_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lr_map_slot {
	uint64_t key;
	uint32_t value;
	uint32_t taken;
};

/* All zero is an empty map. */
struct lr_map {
	struct lr_map_slot *slots;
	size_t mask; /* slots - 1, when there are any */
	size_t used;
};

/* A random odd number, the same during one run of the program. */
uint64_t lr_hash_seed(void);
/* The hash of what has h as its hash so far, and then v. Seeded, too. */
uint64_t lr_hash_mix(uint64_t h, uint64_t v);

/* Room for that many keys more, for when it is known that they will come. */
void lr_map_reserve(struct lr_map *m, size_t more);
/* The value's place, or NULL. Valid until the next put or remove. */
uint32_t *lr_map_find(const struct lr_map *m, uint64_t key);
/* The value's place; *fresh (may be NULL) tells whether the key is new, its value then 0. */
uint32_t *lr_map_put(struct lr_map *m, uint64_t key, bool *fresh);
/* True when it was there. */
bool lr_map_remove(struct lr_map *m, uint64_t key);
void lr_map_free(struct lr_map *m);

#endif
