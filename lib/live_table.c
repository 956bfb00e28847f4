/* See live_table.h. Room for the first 16,384 entries or so lies in one mapping, in pieces of four
 * sizes for each table; what becomes larger than a page has a mapping of its own. */
#include "lib/live_table.h"

#include <string.h>
#include "lib/sys.h"

enum {
	PAGE = 4096,
	PAGE_BUCKETS = PAGE / sizeof(struct lt_live_bucket),
	LARGE_FIRST = PAGE / 16,
	SOON = 1024, /* buckets; smaller tables grow to twice their size */
	SOON_PERCENT = 58,
};

struct lt_live_table lt_live_tables[LT_LIVE_TABLES];
uint64_t lt_live_clean;

/* Buckets of the pieces, each size's behind the smaller one's. */
static const uint32_t pieces[] = {1, 4, 16, PAGE_BUCKETS};
enum { PIECES = sizeof(pieces) / sizeof(pieces[0]) };

struct large {
	uint64_t hash, size;
};

static struct {
	struct lt_live_bucket *pieces;
	struct large *large; /* in no order: they are few, as each has 256 MiB or more */
	uint32_t larges, large_room;
} live;

uint64_t lt_live_unhash(uint64_t hash)
{
	uint64_t x = (hash >> 20) * 0x18a4e8f1c5dull & ((1ull << 44) - 1);
	return x ^ x >> 22;
}

static size_t round_up(size_t len)
{
	return (len + PAGE - 1) & ~(size_t)(PAGE - 1);
}

static uint64_t stamp(const struct lt_live_entry *e)
{
	return (e->who & LT_LIVE_SITE) | e->what >> LT_LIVE_SIZE_SHIFT << LT_LIVE_SITE_BITS;
}

/* Freed, and no older event can come. */
static bool is_waste(const struct lt_live_entry *e)
{
	return lt_live_kind(e) >= LT_LIVE_FREED_NUMBERED && stamp(e) < lt_live_clean;
}

/* A count that has come to the most stays there: the bucket is then never the end of a search. */
static void add_passed(struct lt_live_bucket *b, int by)
{
	unsigned n = lt_live_look(b, 0).passed, most = (1u << LT_LIVE_WAYS) - 1;
	if (n == most)
		return;
	n += (unsigned)by;
	for (unsigned i = 0; i < LT_LIVE_WAYS; i++)
		b->e[i].what = (b->e[i].what & ~(uint64_t)LT_LIVE_PASSED) |
			       (n >> i & 1 ? LT_LIVE_PASSED : 0);
}

/* The bucket after so many steps from its home: first its neighbour, which the processor fetches
 * along with it, then the next pairs. */
static struct lt_live_bucket *bucket_at(const struct lt_live_table *t, uint32_t home, uint32_t step)
{
	uint32_t i = (home ^ (step & 1)) + (step & ~1u);
	return &t->bucket[i < t->buckets ? i : i % t->buckets];
}

static struct lt_live_entry *match(struct lt_live_bucket *b, unsigned alike, uint64_t who)
{
	for (; alike; alike &= alike - 1)
		if (lt_live_is(&b->e[__builtin_ctz(alike)], who))
			return &b->e[__builtin_ctz(alike)];
	return NULL;
}

bool lt_live_find(struct lt_live_place *p, uint64_t hash)
{
	uint64_t who = lt_live_who(hash);
	p->t = lt_live_table(hash);
	if (!p->t->buckets)
		return false;
	p->home = lt_live_home(p->t, who);
	for (p->step = 0; p->step < p->t->buckets; p->step++) {
		struct lt_live_bucket *b = bucket_at(p->t, p->home, p->step);
		struct lt_live_look look = lt_live_look(b, who);
		p->e = match(b, look.alike, who);
		if (p->e)
			return true;
		if (!look.passed)
			return false;
	}
	return false;
}

void lt_live_remove(const struct lt_live_place *p)
{
	p->e->who = 0;
	p->e->what &= LT_LIVE_PASSED;
	p->t->used--;
	for (uint32_t i = 0; i < p->step; i++)
		add_passed(bucket_at(p->t, p->home, i), -1);
}

/* What is freed in the bucket makes room, if it is not needed any more. */
static struct lt_live_entry *remove_waste(struct lt_live_table *t, struct lt_live_bucket *b)
{
	for (unsigned i = 0; i < LT_LIVE_WAYS; i++) {
		struct lt_live_entry *e = &b->e[i];
		if (!is_waste(e))
			continue;
		struct lt_live_place p = {.t = t, .home = lt_live_home(t, e->who), .e = e};
		while (bucket_at(t, p.home, p.step) != b)
			p.step++;
		lt_live_remove(&p);
		return e;
	}
	return NULL;
}

/* From the home on the first bucket with room. There is one. */
static struct lt_live_entry *make_room(struct lt_live_table *t, uint32_t home)
{
	for (uint32_t step = 0;; step++) {
		struct lt_live_bucket *b = bucket_at(t, home, step);
		unsigned empty = lt_live_look(b, 0).empty;
		struct lt_live_entry *e = empty ? &b->e[__builtin_ctz(empty)] : remove_waste(t, b);
		if (e) {
			t->used++;
			return e;
		}
		add_passed(b, 1);
	}
}

static struct lt_live_bucket *piece(uint32_t buckets, unsigned table)
{
	uint32_t before = 0;
	unsigned size = 0;
	for (; pieces[size] < buckets; size++)
		before += pieces[size];
	return live.pieces + (size_t)before * LT_LIVE_TABLES + (size_t)table * buckets;
}

static bool have_pieces(void)
{
	size_t len = 0;
	if (live.pieces)
		return true;
	for (unsigned i = 0; i < PIECES; i++)
		len += (size_t)pieces[i] * LT_LIVE_TABLES * sizeof(struct lt_live_bucket);
	live.pieces = lt_sys_map(len, true);
	return live.pieces != NULL;
}

static struct lt_live_bucket *take(unsigned table, uint32_t buckets)
{
	if (buckets > PAGE_BUCKETS)
		return lt_sys_map(buckets * sizeof(struct lt_live_bucket), true);
	return have_pieces() ? piece(buckets, table) : NULL;
}

static void give_back(struct lt_live_bucket *b, uint32_t buckets)
{
	size_t len = buckets * sizeof(*b);
	if (buckets > PAGE_BUCKETS) {
		lt_sys_unmap(b, len);
		return;
	}
	memset(b, 0, len);
	if (buckets == PAGE_BUCKETS)
		lt_sys_forget(b, len);
}

/* So many that n entries fill seven tenths of them (of small tables less). */
static uint32_t buckets_for(uint32_t n)
{
	uint64_t percent = n < SOON * LT_LIVE_WAYS ? SOON_PERCENT : 70;
	uint64_t want = ((uint64_t)n * 100 / percent + LT_LIVE_WAYS) / LT_LIVE_WAYS;
	for (unsigned i = 0; i < PIECES; i++)
		if (want <= pieces[i])
			return pieces[i];
	return (uint32_t)((want + PAGE_BUCKETS - 1) / PAGE_BUCKETS * PAGE_BUCKETS);
}

static void set_bounds(struct lt_live_table *t)
{
	uint32_t slots = t->buckets * LT_LIVE_WAYS;
	t->limit = slots - slots / 8;
	t->low = t->buckets > PAGE_BUCKETS ? slots / 3 : 0;
}

static uint32_t count_needed(const struct lt_live_table *t)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < t->buckets; i++)
		for (unsigned k = 0; k < LT_LIVE_WAYS; k++) {
			const struct lt_live_entry *e = &t->bucket[i].e[k];
			n += lt_live_kind(e) != LT_LIVE_NONE && !is_waste(e);
		}
	return n;
}

static void move_all(struct lt_live_table *t, const struct lt_live_bucket *from, uint32_t buckets)
{
	for (uint32_t i = 0; i < buckets; i++)
		for (unsigned k = 0; k < LT_LIVE_WAYS; k++) {
			const struct lt_live_entry *e = &from[i].e[k];
			if (lt_live_kind(e) == LT_LIVE_NONE || is_waste(e))
				continue;
			struct lt_live_entry *to = make_room(t, lt_live_home(t, e->who));
			to->who = e->who;
			to->what =
				(e->what & ~(uint64_t)LT_LIVE_PASSED) | (to->what & LT_LIVE_PASSED);
		}
}

static bool rebuild(struct lt_live_table *t, uint32_t buckets)
{
	struct lt_live_table old = *t;
	/* A piece cannot be moved within itself. */
	if (buckets == old.buckets && buckets <= PAGE_BUCKETS)
		buckets = buckets == PAGE_BUCKETS ? 2 * PAGE_BUCKETS : buckets * 4;
	struct lt_live_bucket *b = take((unsigned)(t - lt_live_tables), buckets);
	if (!b)
		return false;
	t->bucket = b;
	t->buckets = buckets;
	t->used = 0;
	set_bounds(t);
	move_all(t, old.bucket, old.buckets);
	if (old.bucket)
		give_back(old.bucket, old.buckets);
	return true;
}

/* Where there is no memory, what is there is filled to the last entry. */
static bool grow(struct lt_live_table *t)
{
	uint32_t most = t->buckets * LT_LIVE_WAYS, want = buckets_for(count_needed(t) + 1);
	if (rebuild(t, want > t->buckets ? want : t->buckets))
		return true;
	if (t->used == most)
		return false;
	t->limit = t->used + (most - t->used + 7) / 8;
	return true;
}

void lt_live_shrink(struct lt_live_table *t)
{
	uint32_t want = buckets_for(count_needed(t) + 1);
	if (want > t->buckets / 4 * 3 || !rebuild(t, want))
		t->low = t->live / 2;
}

bool lt_live_insert(struct lt_live_place *p, uint64_t hash)
{
	if (p->t->used >= p->t->limit && !grow(p->t))
		return false;
	p->home = lt_live_home(p->t, lt_live_who(hash));
	p->e = make_room(p->t, p->home);
	return true;
}

void lt_live_age(unsigned table)
{
	static const uint8_t elder[] = {LT_LIVE_NONE, LT_LIVE_OLD, LT_LIVE_NUMBERED_ELDER,
		LT_LIVE_OLD, LT_LIVE_PLACED_ELDER, LT_LIVE_OLD, LT_LIVE_FREED_NUMBERED,
		LT_LIVE_FREED_PLACED};
	struct lt_live_table *t = &lt_live_tables[table];
	for (uint32_t i = 0; i < t->buckets; i++)
		for (unsigned k = 0; k < LT_LIVE_WAYS; k++) {
			struct lt_live_entry *e = &t->bucket[i].e[k];
			e->what = (e->what & ~(uint64_t)LT_LIVE_KIND) | elder[lt_live_kind(e)];
		}
}

static bool large_room(void)
{
	size_t len = round_up(live.large_room * sizeof(struct large));
	if (live.larges < live.large_room)
		return true;
	struct large *more = lt_sys_map(len ? 2 * len : PAGE, true);
	if (!more)
		return false;
	memcpy(more, live.large, live.larges * sizeof(*more));
	if (live.large)
		lt_sys_unmap(live.large, len);
	live.large = more;
	live.large_room = live.large_room ? 2 * live.large_room : LARGE_FIRST;
	return true;
}

bool lt_live_large_put(uint64_t hash, uint64_t size)
{
	if (!large_room())
		return false;
	live.large[live.larges++] = (struct large){hash, size};
	return true;
}

static struct large *find_large(uint64_t hash)
{
	for (uint32_t i = live.larges; i-- > 0;)
		if (live.large[i].hash == hash)
			return &live.large[i];
	return NULL;
}

uint64_t lt_live_large_size(uint64_t hash)
{
	const struct large *l = find_large(hash);
	return l ? l->size : 0;
}

uint64_t lt_live_large_take(uint64_t hash)
{
	struct large *l = find_large(hash);
	uint64_t size = l ? l->size : 0;
	if (l)
		*l = live.large[--live.larges];
	return size;
}

static void unmap_all(void)
{
	size_t len = 0;
	for (unsigned i = 0; i < LT_LIVE_TABLES; i++)
		if (lt_live_tables[i].buckets > PAGE_BUCKETS)
			give_back(lt_live_tables[i].bucket, lt_live_tables[i].buckets);
	for (unsigned i = 0; i < PIECES; i++)
		len += (size_t)pieces[i] * LT_LIVE_TABLES * sizeof(struct lt_live_bucket);
	if (live.pieces)
		lt_sys_unmap(live.pieces, len);
	if (live.large)
		lt_sys_unmap(live.large, round_up(live.large_room * sizeof(struct large)));
}

void lt_live_clear(bool unmap)
{
	if (unmap)
		unmap_all();
	memset(lt_live_tables, 0, sizeof(lt_live_tables));
	memset(&live, 0, sizeof(live));
	lt_live_clean = 0;
}
