#include "tools/taken.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

enum { THREAD_BITS = 24, BLOCK_BITS = 40, REMEMBERED = 1 << 16, TRIES = 4 };

static bool key_of(uint32_t thread, uint64_t block, uint64_t *key)
{
	*key = (uint64_t)thread << BLOCK_BITS | block;
	return thread >> THREAD_BITS == 0 && block >> BLOCK_BITS == 0;
}

/* The bits of the i-th 64 words that lie within first to end. */
static uint64_t mask(uint32_t i, uint32_t first, uint32_t end)
{
	uint32_t from = first > i * 64 ? first - i * 64 : 0, to = end > i * 64 ? end - i * 64 : 0;
	if (from >= 64 || to <= from)
		return 0;
	uint64_t below = to >= 64 ? UINT64_MAX : (1ULL << to) - 1;
	return below & ~((1ULL << from) - 1);
}

uint32_t lr_words_count(const struct lr_words *w, uint32_t first, uint32_t end)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < sizeof(w->bits) / sizeof(*w->bits); i++)
		n += (uint32_t)__builtin_popcountll(w->bits[i] & mask(i, first, end));
	return n;
}

struct lr_words lr_taken_get(const struct lr_taken *t, uint32_t thread, uint64_t block)
{
	struct lr_words w = {{0}};
	uint64_t key;
	if (!key_of(thread, block, &key))
		return w;
	const uint32_t *i = lr_map_find(&t->part, key);
	return i ? t->words[*i] : w;
}

static void note_latest(struct lr_taken *t, uint32_t thread, uint64_t block)
{
	uint32_t *i = lr_map_put(&t->threads, thread, NULL);
	if (*i == 0) {
		LR_GROW(t->latest, t->threads_used, t->threads_room);
		t->latest[t->threads_used++] = block;
		*i = (uint32_t)t->threads_used;
	}
	if (t->latest[*i - 1] < block)
		t->latest[*i - 1] = block;
}

static bool is_latest(const struct lr_taken *t, uint64_t key)
{
	const uint32_t *i = lr_map_find(&t->threads, key >> BLOCK_BITS);
	return i && t->latest[*i - 1] == (key & ((1ULL << BLOCK_BITS) - 1));
}

static void push(struct lr_taken *t, uint64_t key)
{
	t->queue[(t->queue_at + t->queue_used++) % t->queue_room] = key;
}

/* Forgets an old block; returns its place in words, or UINT32_MAX when the oldest are all their
 * threads' latest. */
static uint32_t forget_one(struct lr_taken *t)
{
	for (int i = 0; i < TRIES; i++) {
		uint64_t key = t->queue[t->queue_at];
		t->queue_at = (t->queue_at + 1) % t->queue_room;
		t->queue_used--;
		if (is_latest(t, key)) {
			push(t, key);
			continue;
		}
		uint32_t at = *lr_map_find(&t->part, key);
		lr_map_remove(&t->part, key);
		return at;
	}
	return UINT32_MAX;
}

static void more_room(struct lr_taken *t)
{
	size_t room = t->queue_room ? t->queue_room * 2 : 64;
	uint64_t *queue = lr_calloc(room, sizeof(*queue));
	for (size_t i = 0; i < t->queue_used; i++)
		queue[i] = t->queue[(t->queue_at + i) % t->queue_room];
	free(t->queue);
	t->queue = queue;
	t->queue_at = 0;
	t->queue_room = room;
}

static uint32_t words_of(struct lr_taken *t, uint64_t key)
{
	const uint32_t *have = lr_map_find(&t->part, key);
	if (have)
		return *have;
	uint32_t at = t->queue_used >= REMEMBERED ? forget_one(t) : UINT32_MAX;
	if (at == UINT32_MAX) {
		LR_GROW(t->words, t->words_used, t->words_room);
		at = (uint32_t)t->words_used++;
	}
	if (t->queue_used == t->queue_room)
		more_room(t);
	push(t, key);
	*lr_map_put(&t->part, key, NULL) = at;
	t->words[at] = (struct lr_words){{0}};
	return at;
}

void lr_taken_add(struct lr_taken *t, uint32_t thread, uint64_t block, uint32_t first, uint32_t end)
{
	uint64_t key;
	if (!key_of(thread, block, &key))
		return;
	if (t->part.used >= t->limit || t->threads_used >= t->limit)
		return;
	note_latest(t, thread, block);
	uint32_t at = words_of(t, key);
	struct lr_words *w = &t->words[at];
	for (uint32_t i = 0; i < sizeof(w->bits) / sizeof(*w->bits); i++)
		w->bits[i] |= mask(i, first, end);
}

void lr_taken_free(struct lr_taken *t)
{
	lr_map_free(&t->part);
	lr_map_free(&t->threads);
	free(t->latest);
	free(t->words);
	free(t->queue);
	*t = (struct lr_taken){0};
}
