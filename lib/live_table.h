/* The live set's table: what is known of an address, found by the address. Private to live*.c.
 *
 * The entries of a page's addresses lie together, in a leaf, which grows with its page. A map of
 * the page leads to them, so that nothing is searched: for each granule of the page the entry of
 * the address in it. Granules are as large as they may be while no two addresses are in one.
 * Allocators hand out neighbours one after the other, and what was looked at a moment ago is then
 * in the cache. The pages stand in a hash table, neighbours together there too. */
#ifndef LT_LIVE_TABLE_H
#define LT_LIVE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/live_room.h"
#include "lib/own.h"

/* The kind of an entry. Numbers and positions wrap; what is OLD is older than any event still to
 * come, so they are never compared over a distance at which that would matter. PLACED is by an
 * event without a number: its place in its thread's words stands for it. */
enum lt_live_kind {
	LT_LIVE_NONE,
	LT_LIVE_OLD, /* live; what follow are live too */
	LT_LIVE_PLACED,
	LT_LIVE_NUMBERED,
	LT_LIVE_PLACED_ELDER,
	LT_LIVE_NUMBERED_ELDER,
	LT_LIVE_FREED_PLACED, /* not live, but what comes may be older */
	LT_LIVE_FREED_NUMBERED
};

/* who:  size52, offset9 (within its page, in units of 8), kind3. NONE: 0.
 * what: generation2, site30, number32. The number may be a place.
 * FREED: the pass in the size's place.
 * NONE: what is the next free entry; 0: the one behind it. */
struct lt_live_entry {
	uint64_t who, what;
};

enum {
	LT_LIVE_OFFSET_BITS = 9,
	LT_LIVE_KIND_BITS = 3,
	LT_LIVE_SIZE_SHIFT = LT_LIVE_OFFSET_BITS + LT_LIVE_KIND_BITS,
	LT_LIVE_KIND = (1 << LT_LIVE_KIND_BITS) - 1,
	LT_LIVE_OFFSET = ((1 << LT_LIVE_OFFSET_BITS) - 1) << LT_LIVE_KIND_BITS,
	LT_LIVE_ENTRY = 16, /* bytes */
	LT_LIVE_LINE = 4,   /* entries in a cache line */
	LT_LIVE_GROUP = 4,  /* pages in one */
	LT_LIVE_PARTS = 64  /* which age one after the other */
};

/* A leaf is a map, then entries, which count from 1; 0 in the map is none. */
enum lt_live_map {
	LT_LIVE_FINE = 1,   /* granules of 16 bytes, a byte each */
	LT_LIVE_MIDDLE = 2, /* of 32 bytes: glibc's blocks are that far apart */
	LT_LIVE_COARSE = 3, /* of 64 bytes; all three: of 8 shifted by so many bits */
	LT_LIVE_FINEST,     /* of 8 bytes, two bytes each */
	LT_LIVE_NO_MAP,     /* a line of entries, which are looked through */
	LT_LIVE_MAPS
};

struct lt_live_page {
	uint64_t number; /* and 1; 0: no page */
	uint8_t *leaf;   /* without entries: an empty map */
	struct lt_live_entry *entry;
	uint16_t room; /* entries; 0: has no leaf */
	uint16_t free; /* the first free entry; behind the last: the leaf is full */
	uint16_t live;
	uint8_t map, size; /* of the leaf */
};

struct lt_live_table {
	struct lt_live_page *pages;
	uint64_t mask; /* how many less 1 */
	uint32_t shift;
	uint64_t used;
	uint64_t remembered; /* entries of freed addresses that are not forgotten */
	uint64_t clean;      /* those of passes before this one may be */
};
extern LT_OWN struct lt_live_table lt_live_table;

static inline uint64_t lt_live_hash(uint64_t number)
{
	return number / LT_LIVE_GROUP * 0x9e3779b97f4a7c15;
}

static inline uint64_t lt_live_home(const struct lt_live_table *t, uint64_t number)
{
	return ((lt_live_hash(number) >> t->shift) * LT_LIVE_GROUP | number % LT_LIVE_GROUP) &
	       t->mask;
}

static inline uint64_t lt_live_number(uint64_t addr8)
{
	return (addr8 >> LT_LIVE_OFFSET_BITS) + 1;
}

/* addr8: the address divided by 8. NULL: not there. */
static inline struct lt_live_page *lt_live_page(uint64_t addr8)
{
	const struct lt_live_table *t = &lt_live_table;
	uint64_t number = lt_live_number(addr8);
	for (uint64_t i = lt_live_home(t, number);; i = (i + 1) & t->mask) {
		if (t->pages[i].number == number)
			return &t->pages[i];
		if (!t->pages[i].number)
			return NULL;
	}
}

/* Makes one that is not there. Pages may be moved by this. NULL: no memory. */
struct lt_live_page *lt_live_new_page(uint64_t addr8);

static inline unsigned lt_live_kind(const struct lt_live_entry *e)
{
	return e->who & LT_LIVE_KIND;
}

static inline bool lt_live_is_live(unsigned kind)
{
	return kind < LT_LIVE_FREED_PLACED;
}

static inline uint64_t lt_live_addr(const struct lt_live_page *p, const struct lt_live_entry *e)
{
	return ((uint64_t)p->number - 1) << (LT_LIVE_OFFSET_BITS + 3) | (e->who & LT_LIVE_OFFSET);
}

/* Freed, and no older event can come. Of entries that are not live. */
static inline bool lt_live_forgotten(const struct lt_live_entry *e)
{
	return e->who >> LT_LIVE_SIZE_SHIFT < lt_live_table.clean;
}

/* In units of 8. */
static inline uint32_t lt_live_offset(uint64_t who)
{
	return (uint32_t)who >> LT_LIVE_KIND_BITS & (LT_LIVE_OFFSET >> LT_LIVE_KIND_BITS);
}

/* Where the map has the address; NULL: it is an unusual one. */
static inline uint8_t *lt_live_granule(const struct lt_live_page *p, uint64_t who)
{
	if (__builtin_expect(p->map > LT_LIVE_COARSE, 0))
		return NULL;
	return p->leaf + (lt_live_offset(who) >> p->map);
}

uint32_t lt_live_find_unusual(const struct lt_live_page *p, uint64_t who);
void lt_live_map_unusual(const struct lt_live_page *p, uint64_t who, uint32_t i);

/* The number of its entry, or of another one in its granule; 0: none. at: the granule. */
static inline uint32_t lt_live_find(const struct lt_live_page *p, uint64_t who, const uint8_t *at)
{
	return at ? *at : lt_live_find_unusual(p, who);
}

static inline void lt_live_set_map(
	const struct lt_live_page *p, uint64_t who, uint8_t *at, uint32_t i)
{
	if (at)
		*at = (uint8_t)i;
	else
		lt_live_map_unusual(p, who, i);
}

/* An entry for an address that has none, or NULL: the leaf is full or there is none. */
static inline struct lt_live_entry *lt_live_add(struct lt_live_page *p, uint64_t who, uint8_t *at)
{
	uint32_t i = p->free;
	if (__builtin_expect(i > p->room, 0))
		return NULL;
	struct lt_live_entry *e = &p->entry[i];
	uint32_t next = (uint32_t)e->what;
	p->free = (uint16_t)(next ? next : i + 1);
	lt_live_set_map(p, who, at, i);
	return e;
}

static inline void lt_live_remove(
	struct lt_live_page *p, struct lt_live_entry *e, uint8_t *at, uint32_t i)
{
	lt_live_set_map(p, e->who, at, 0);
	e->who = 0;
	e->what = p->free;
	p->free = (uint16_t)i;
}

/* So few live blocks that a smaller leaf may be enough, or none. */
static inline bool lt_live_is_sparse(const struct lt_live_page *p)
{
	return p->live == 0 || p->live == (p->room - 1u) / 4;
}

/* More room in the leaf; a finer map, for addresses that would share a granule. False: no memory.
 */
bool lt_live_grow(struct lt_live_page *p);
bool lt_live_refine(struct lt_live_page *p);

/* A smaller leaf, or none, when that is enough for what must be kept. */
void lt_live_shrink(struct lt_live_page *p);

/* Forgets what can be forgotten. */
void lt_live_sweep(void);

/* Live blocks. */
uint64_t lt_live_count(void);

/* Takes what is not in the mask from what entries have in `what`. */
void lt_live_first_generation(uint64_t mask);

/* What is young in a part becomes elder, and what is elder, old. */
void lt_live_age(unsigned part);

/* Begins anew. Without unmap, whatever state it is in, its memory is lost. */
void lt_live_clear(bool unmap);

#endif
