/* Open addressing with linear probing; removal moves the followers up, so there are no graves. */
#include "tools/util/map.h"

#include <stdlib.h>
#include <sys/random.h>
#include "tools/util/mem.h"

enum { LEAST = 64 }; /* slots */

uint64_t lr_hash_seed(void)
{
	static uint64_t seed;
	if (seed == 0) {
		if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
			seed = 0x9e3779b97f4a7c15ULL;
		seed |= 1;
	}
	return seed;
}

uint64_t lr_hash_mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * (lr_hash_seed() * 0xff51afd7ed558ccdULL | 1);
	return h ^ h >> 31;
}

static size_t place(const struct lr_map *m, uint64_t key)
{
	uint64_t h = (key ^ (key >> 32)) * lr_hash_seed();
	h ^= h >> 29;
	return (size_t)((h * 0x9e3779b97f4a7c15ULL) >> 20) & m->mask;
}

static struct lr_map_slot *probe(const struct lr_map *m, uint64_t key)
{
	size_t i = place(m, key);
	while (m->slots[i].taken && m->slots[i].key != key)
		i = (i + 1) & m->mask;
	return &m->slots[i];
}

static void free_slots(struct lr_map *m)
{
	if (m->slots)
		lr_big_free(m->slots, (m->mask + 1) * sizeof(*m->slots));
}

static void resize(struct lr_map *m, size_t count)
{
	struct lr_map old = *m;
	m->slots = lr_big_alloc(count * sizeof(*m->slots));
	m->mask = count - 1;
	for (size_t i = 0; old.slots && i <= old.mask; i++)
		if (old.slots[i].taken)
			*probe(m, old.slots[i].key) = old.slots[i];
	free_slots(&old);
}

static size_t room(const struct lr_map *m)
{
	return m->slots ? (m->mask + 1) / 4 * 3 : 0;
}

void lr_map_reserve(struct lr_map *m, size_t more)
{
	size_t count = m->slots ? m->mask + 1 : LEAST;
	while (count / 4 * 3 < m->used + more)
		count *= 2;
	if (!m->slots || count > m->mask + 1)
		resize(m, count);
}

uint32_t *lr_map_find(const struct lr_map *m, uint64_t key)
{
	if (m->used == 0)
		return NULL;
	struct lr_map_slot *s = probe(m, key);
	return s->taken ? &s->value : NULL;
}

uint32_t *lr_map_put(struct lr_map *m, uint64_t key, bool *fresh)
{
	if (m->used >= room(m))
		resize(m, m->slots ? (m->mask + 1) * 2 : LEAST);
	struct lr_map_slot *s = probe(m, key);
	if (fresh)
		*fresh = !s->taken;
	if (!s->taken) {
		*s = (struct lr_map_slot){.key = key, .taken = 1};
		m->used++;
	}
	return &s->value;
}

bool lr_map_remove(struct lr_map *m, uint64_t key)
{
	if (m->used == 0)
		return false;
	struct lr_map_slot *s = probe(m, key);
	if (!s->taken)
		return false;
	size_t hole = (size_t)(s - m->slots), i = hole;
	for (;;) {
		i = (i + 1) & m->mask;
		if (!m->slots[i].taken)
			break;
		size_t home = place(m, m->slots[i].key);
		if (((i - home) & m->mask) >= ((i - hole) & m->mask)) {
			m->slots[hole] = m->slots[i];
			hole = i;
		}
	}
	m->slots[hole].taken = 0;
	m->used--;
	return true;
}

void lr_map_free(struct lr_map *m)
{
	free_slots(m);
	*m = (struct lr_map){0};
}
