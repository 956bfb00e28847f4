/* The live set's table: what is known of an address, found by the address. Private to live*.c.
 *
 * An entry has 16 bytes, a bucket of four is a cache line. There are 64 tables, chosen by the
 * highest bits of the address's hash, which the entries need not keep. Each grows by itself, by a
 * quarter, so that no growing takes long, and no more than a third of the memory is spare. An
 * entry for which its bucket has no room goes into one of the next, and the buckets that it passed
 * count it (`passed`): where that count is zero, a search ends. */
#ifndef LT_LIVE_TABLE_H
#define LT_LIVE_TABLE_H

#include <emmintrin.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LT_LIVE_TABLES = 64, LT_LIVE_WAYS = 4 };

/* The kind of an entry. Numbers and positions wrap; what is OLD is older than any event still to
 * come, so they are never compared over a distance at which that would matter. */
enum lt_live_kind {
	LT_LIVE_NONE,
	LT_LIVE_OLD,      /* live; what follows are live too */
	LT_LIVE_NUMBERED, /* by an event with a number */
	LT_LIVE_NUMBERED_ELDER,
	LT_LIVE_PLACED, /* by an event without a number: its place in its thread's words */
	LT_LIVE_PLACED_ELDER,
	LT_LIVE_FREED_NUMBERED, /* not live, but what comes may be older */
	LT_LIVE_FREED_PLACED
};

/* who:  the hash without the table's number, 38 bits; site26. FREED: the lower half of the pass
 * there. what: size28, number32, passed1, kind3. FREED: its upper half in the size's place. The
 * number may be a position. passed1: a bucket's four are one number. */
struct lt_live_entry {
	uint64_t who, what;
};

enum {
	LT_LIVE_SITE_BITS = 26, /* as many nodes as stacks.c has */
	LT_LIVE_SIZE_BITS = 28,
	LT_LIVE_SIZE_SHIFT = 36,
	LT_LIVE_NUMBER_SHIFT = 4,
	LT_LIVE_KIND = 7,
	LT_LIVE_PASSED_BIT = 3,
	LT_LIVE_PASSED = 1 << LT_LIVE_PASSED_BIT
};
#define LT_LIVE_SITE  ((1ull << LT_LIVE_SITE_BITS) - 1)
#define LT_LIVE_LARGE ((1ull << LT_LIVE_SIZE_BITS) - 1) /* the size stands elsewhere */

struct lt_live_bucket {
	struct lt_live_entry e[LT_LIVE_WAYS];
};
_Static_assert(sizeof(struct lt_live_bucket) == 64, "a bucket is a cache line");

struct lt_live_table {
	struct lt_live_bucket *bucket;
	uint32_t buckets;
	uint32_t used; /* entries, freed ones too */
	uint32_t live;
	uint32_t limit; /* entries; then it grows */
	uint32_t low;   /* live entries; below it shrinks */
};
extern struct lt_live_table lt_live_tables[LT_LIVE_TABLES];

/* FREED entries of passes before this one are not needed any more. */
extern uint64_t lt_live_clean;

/* addr8: the address divided by 8, 44 bits; and so many, the highest, has the hash. One to one. */
static inline uint64_t lt_live_hash(uint64_t addr8)
{
	return (addr8 ^ addr8 >> 22) * (0x9e3779b97f5ull << 20);
}
uint64_t lt_live_unhash(uint64_t hash);

static inline struct lt_live_table *lt_live_table(uint64_t hash)
{
	return &lt_live_tables[hash >> 58];
}

/* An entry's who, without the site. */
static inline uint64_t lt_live_who(uint64_t hash)
{
	return hash << 6;
}

static inline uint64_t lt_live_whole_hash(unsigned table, uint64_t who)
{
	return (uint64_t)table << 58 | who >> LT_LIVE_SITE_BITS << 20;
}

struct lt_live_place {
	struct lt_live_table *t;
	uint32_t home; /* the bucket where it belongs */
	uint32_t step; /* how many it has passed */
	struct lt_live_entry *e;
};

static inline uint32_t lt_live_home(const struct lt_live_table *t, uint64_t who)
{
	return (uint32_t)((who >> 32) * t->buckets >> 32);
}

static inline unsigned lt_live_kind(const struct lt_live_entry *e)
{
	return e->what & LT_LIVE_KIND;
}

/* Asks for the memory where the entry is, or would be. Always inline: GCC 12 takes a function that
 * does nothing else for one without effect, and leaves out its calls. */
static inline __attribute__((always_inline)) void lt_live_fetch(
	const struct lt_live_table *t, uint64_t who)
{
	__builtin_prefetch(&t->bucket[lt_live_home(t, who)], 1);
}

/* A bucket at a glance: bits 0 to 3 are its entries. Not a loop with branches, because which entry
 * it is is random. */
struct lt_live_look {
	unsigned alike; /* of this rest, most probably; what is empty is alike with rest 0 */
	unsigned empty;
	unsigned passed; /* the count */
};

static inline struct lt_live_look lt_live_look(const struct lt_live_bucket *b, uint64_t who)
{
	const __m128 *e = (const __m128 *)b;
	__m128 low = _mm_shuffle_ps(e[0], e[1], _MM_SHUFFLE(2, 1, 2, 1));
	__m128 high = _mm_shuffle_ps(e[2], e[3], _MM_SHUFFLE(2, 1, 2, 1));
	__m128i whos = _mm_castps_si128(_mm_shuffle_ps(low, high, _MM_SHUFFLE(2, 0, 2, 0)));
	__m128i whats = _mm_castps_si128(_mm_shuffle_ps(low, high, _MM_SHUFFLE(3, 1, 3, 1)));
	__m128i alike = _mm_cmpeq_epi32(whos, _mm_set1_epi32((int)(who >> 32)));
	__m128i kind = _mm_and_si128(whats, _mm_set1_epi32(LT_LIVE_KIND));
	__m128i empty = _mm_cmpeq_epi32(kind, _mm_setzero_si128());
	__m128i passed = _mm_slli_epi32(whats, 31 - LT_LIVE_PASSED_BIT);
	return (struct lt_live_look){
		.alike = (unsigned)_mm_movemask_ps(_mm_castsi128_ps(alike)),
		.empty = (unsigned)_mm_movemask_ps(_mm_castsi128_ps(empty)),
		.passed = (unsigned)_mm_movemask_ps(_mm_castsi128_ps(passed)),
	};
}

/* Written at once, because it is read at once, often a moment later. */
static inline void lt_live_write(struct lt_live_entry *e, uint64_t who, uint64_t what)
{
	_mm_store_si128((__m128i *)e, _mm_set_epi64x((int64_t)what, (int64_t)who));
}

static inline bool lt_live_is(const struct lt_live_entry *e, uint64_t who)
{
	return (e->who ^ who) >> LT_LIVE_SITE_BITS == 0 && lt_live_kind(e) != LT_LIVE_NONE;
}

/* Sets p; false where there is no entry: p is then for lt_live_insert. */
bool lt_live_find(struct lt_live_place *p, uint64_t hash);

/* Makes an entry for an address that has none; the caller fills it. False: no memory. */
bool lt_live_insert(struct lt_live_place *p, uint64_t hash);

void lt_live_remove(const struct lt_live_place *p);

/* Makes the table smaller, when that is worth it. Places are void afterwards. */
void lt_live_shrink(struct lt_live_table *t);

/* What is young in the i-th table becomes elder, and what is elder, old. */
void lt_live_age(unsigned i);

/* Sizes that an entry has no room for. False: no memory. */
bool lt_live_large_put(uint64_t hash, uint64_t size);
uint64_t lt_live_large_take(uint64_t hash);
uint64_t lt_live_large_size(uint64_t hash);

/* Begins anew. Without unmap, whatever state it is in, its memory is lost. */
void lt_live_clear(bool unmap);

#endif
