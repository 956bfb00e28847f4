/* Which words of which ring block have been read: a run that was appended to the stream may also
 * still stand in its block, or be appended twice when one drainer replaced another. Remembered are
 * each thread's latest block and the last 65,536 others, so memory does not grow with the dump. */
#ifndef LR_TAKEN_H
#define LR_TAKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "format/ring.h"
#include "tools/util/map.h"

/* A bit for each word of a block. */
struct lr_words {
	uint64_t bits[(LTF_BLOCK_WORDS + 63) / 64];
};

struct lr_taken {
	struct lr_map part;    /* (thread, block) -> index in words */
	struct lr_map threads; /* thread -> index in latest, plus 1 */
	uint64_t *latest;      /* a thread's highest block: it may stay in the ring for long */
	size_t threads_used, threads_room;
	struct lr_words *words;
	size_t words_used, words_room;
	uint64_t *queue; /* keys of part, oldest first, in a circle */
	size_t queue_at, queue_used, queue_room;
	size_t limit; /* entries in part; beyond it nothing is remembered */
};

static inline bool lr_words_have(const struct lr_words *w, uint32_t word)
{
	return w->bits[word / 64] >> (word % 64) & 1;
}
/* How many of the words first to end are there. */
uint32_t lr_words_count(const struct lr_words *w, uint32_t first, uint32_t end);

/* The words of the block that were taken. */
struct lr_words lr_taken_get(const struct lr_taken *t, uint32_t thread, uint64_t block);
/* Words first to end are taken. */
void lr_taken_add(
	struct lr_taken *t, uint32_t thread, uint64_t block, uint32_t first, uint32_t end);
void lr_taken_free(struct lr_taken *t);

#endif
