/* Chunks of keys in order, found by halving. A full one becomes two; one that fits into its
 * neighbour goes there. */
#include "tools/util/sorted.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

enum { MOST = 256, FEW = MOST / 4 };

struct lr_sorted_chunk {
	uint32_t n;
	uint32_t value[MOST];
	uint64_t key[MOST];
};

/* The last chunk whose first key is at most the key, or the first chunk. */
static size_t chunk_of(const struct lr_sorted *s, uint64_t key)
{
	size_t low = 0, high = s->used;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (s->chunks[middle]->key[0] <= key)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low - 1 : 0;
}

/* Of the first key that is at least the given one. */
static uint32_t place_of(const struct lr_sorted_chunk *c, uint64_t key)
{
	uint32_t low = 0, high = c->n;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (c->key[middle] < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void insert_chunk(struct lr_sorted *s, size_t at, struct lr_sorted_chunk *c)
{
	LR_GROW(s->chunks, s->used, s->room);
	memmove(&s->chunks[at + 1], &s->chunks[at], (s->used - at) * sizeof(*s->chunks));
	s->chunks[at] = c;
	s->used++;
}

static void remove_chunk(struct lr_sorted *s, size_t at)
{
	free(s->chunks[at]);
	s->used--;
	memmove(&s->chunks[at], &s->chunks[at + 1], (s->used - at) * sizeof(*s->chunks));
}

/* Moves what stands from `from` on in a to the end of b. */
static void move_tail(struct lr_sorted_chunk *a, uint32_t from, struct lr_sorted_chunk *b)
{
	uint32_t n = a->n - from;
	memcpy(&b->key[b->n], &a->key[from], n * sizeof(*a->key));
	memcpy(&b->value[b->n], &a->value[from], n * sizeof(*a->value));
	b->n += n;
	a->n = from;
}

static void insert(struct lr_sorted_chunk *c, uint32_t at, uint64_t key, uint32_t value)
{
	memmove(&c->key[at + 1], &c->key[at], (c->n - at) * sizeof(*c->key));
	memmove(&c->value[at + 1], &c->value[at], (c->n - at) * sizeof(*c->value));
	c->key[at] = key;
	c->value[at] = value;
	c->n++;
}

void lr_sorted_put(struct lr_sorted *s, uint64_t key, uint32_t value)
{
	if (!s->used)
		insert_chunk(s, 0, lr_calloc(1, sizeof(**s->chunks)));
	size_t i = chunk_of(s, key);
	if (s->chunks[i]->n == MOST) {
		insert_chunk(s, i + 1, lr_calloc(1, sizeof(**s->chunks)));
		move_tail(s->chunks[i], MOST / 2, s->chunks[i + 1]);
		i = chunk_of(s, key);
	}
	struct lr_sorted_chunk *c = s->chunks[i];
	uint32_t at = place_of(c, key);
	if (at < c->n && c->key[at] == key)
		c->value[at] = value;
	else
		insert(c, at, key, value);
}

bool lr_sorted_remove(struct lr_sorted *s, uint64_t key)
{
	size_t i = chunk_of(s, key);
	struct lr_sorted_chunk *c = s->used ? s->chunks[i] : NULL;
	uint32_t at = c ? place_of(c, key) : 0;
	if (!c || at == c->n || c->key[at] != key)
		return false;
	c->n--;
	memmove(&c->key[at], &c->key[at + 1], (c->n - at) * sizeof(*c->key));
	memmove(&c->value[at], &c->value[at + 1], (c->n - at) * sizeof(*c->value));
	if (c->n == 0) {
		remove_chunk(s, i);
	} else if (c->n < FEW && i && s->chunks[i - 1]->n <= MOST / 2) {
		move_tail(c, 0, s->chunks[i - 1]);
		remove_chunk(s, i);
	}
	return true;
}

bool lr_sorted_below(const struct lr_sorted *s, uint64_t key, uint32_t *value)
{
	if (!s->used)
		return false;
	const struct lr_sorted_chunk *c = s->chunks[chunk_of(s, key)];
	uint32_t at = place_of(c, key);
	if (at < c->n && c->key[at] == key)
		at++;
	if (at == 0)
		return false;
	*value = c->value[at - 1];
	return true;
}

bool lr_sorted_above(const struct lr_sorted *s, uint64_t key, uint32_t *value)
{
	if (!s->used)
		return false;
	size_t i = chunk_of(s, key);
	const struct lr_sorted_chunk *c = s->chunks[i];
	uint32_t at = place_of(c, key);
	if (at == c->n) {
		if (i + 1 == s->used)
			return false;
		c = s->chunks[i + 1];
		at = 0;
	}
	*value = c->value[at];
	return true;
}

void lr_sorted_free(struct lr_sorted *s)
{
	for (size_t i = 0; i < s->used; i++)
		free(s->chunks[i]);
	free(s->chunks);
	*s = (struct lr_sorted){0};
}
