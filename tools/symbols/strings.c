/* An arena of blocks for the bytes, and a hash table of pointers into it. */
#include "tools/symbols/strings.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_SIZE = 64 << 10 };

struct lr_string_block {
	struct lr_string_block *next;
	char bytes[];
};

uint64_t lr_hash_bytes(const void *data, size_t n)
{
	const uint8_t *p = data;
	uint64_t h = 0xcbf29ce484222325ULL;
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3ULL;
	return h ^ h >> 32;
}

static char *arena_take(struct lr_strings *s, size_t n)
{
	if (n > s->block_left) {
		size_t size = n > BLOCK_SIZE ? n : BLOCK_SIZE;
		struct lr_string_block *b = malloc(sizeof(*b) + size);
		if (!b)
			return NULL;
		b->next = s->blocks;
		s->blocks = b;
		s->block_next = b->bytes;
		s->block_left = size;
	}
	char *p = s->block_next;
	s->block_next += n;
	s->block_left -= n;
	return p;
}

static const char **find_slot(const char **slots, size_t count, const char *text)
{
	size_t i = lr_hash_bytes(text, strlen(text)) & (count - 1);
	while (slots[i] && strcmp(slots[i], text) != 0)
		i = (i + 1) & (count - 1);
	return &slots[i];
}

static int grow(struct lr_strings *s)
{
	size_t count = s->slot_count ? 2 * s->slot_count : 1024;
	const char **slots = calloc(count, sizeof(*slots));
	if (!slots)
		return -1;
	for (size_t i = 0; i < s->slot_count; i++)
		if (s->slots[i])
			*find_slot(slots, count, s->slots[i]) = s->slots[i];
	free(s->slots);
	s->slots = slots;
	s->slot_count = count;
	return 0;
}

const char *lr_strings_keep(struct lr_strings *s, const char *text)
{
	if (!text || (4 * s->used >= 3 * s->slot_count && grow(s) < 0))
		return NULL;
	const char **slot = find_slot(s->slots, s->slot_count, text);
	if (*slot)
		return *slot;
	size_t n = strlen(text) + 1;
	char *copy = arena_take(s, n);
	if (!copy)
		return NULL;
	memcpy(copy, text, n);
	s->used++;
	return *slot = copy;
}

void lr_strings_free(struct lr_strings *s)
{
	struct lr_string_block *next;
	for (struct lr_string_block *b = s->blocks; b; b = next) {
		next = b->next;
		free(b);
	}
	free(s->slots);
	memset(s, 0, sizeof(*s));
}
