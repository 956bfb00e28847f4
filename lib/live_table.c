#include "lib/live_table.h"

#include <string.h>
#include "lib/sys.h"

enum { FIRST_PAGES = 128 };

/* The map of pages without entries. */
static uint8_t empty[64];

static struct lt_live_page none[LT_LIVE_GROUP];
struct lt_live_table lt_live_table = {.pages = none, .mask = LT_LIVE_GROUP - 1};

static struct lt_live_page *free_page(uint64_t number)
{
	struct lt_live_table *t = &lt_live_table;
	uint64_t i = lt_live_home(t, number);
	while (t->pages[i].number)
		i = (i + 1) & t->mask;
	return &t->pages[i];
}

static size_t pages_len(void)
{
	return (lt_live_table.mask + 1) * sizeof(struct lt_live_page);
}

/* So many that the pages with entries are half of them, or less. */
static uint64_t pages_wanted(void)
{
	uint64_t n = 1, want = FIRST_PAGES;
	for (uint64_t i = 0; i <= lt_live_table.mask; i++)
		n += lt_live_table.pages[i].room != 0;
	while (want < 2 * n)
		want *= 2;
	return want;
}

/* Leaves out pages without entries. */
static bool rebuild(void)
{
	struct lt_live_table *t = &lt_live_table;
	struct lt_live_page *old = t->pages;
	uint64_t old_mask = t->mask, want = pages_wanted();
	size_t old_len = pages_len();
	struct lt_live_page *pages = lt_sys_map(want * sizeof(*pages), false);
	if (!pages)
		return false;
	t->pages = pages;
	t->mask = want - 1;
	t->shift = 64 - (uint32_t)__builtin_ctzll(want / LT_LIVE_GROUP);
	t->used = 0;
	for (uint64_t i = 0; i <= old_mask; i++)
		if (old[i].room) {
			*free_page(old[i].number) = old[i];
			t->used++;
		}
	if (old != none)
		lt_sys_unmap(old, old_len);
	return true;
}

struct lt_live_page *lt_live_new_page(uint64_t addr8)
{
	struct lt_live_table *t = &lt_live_table;
	uint64_t all = t->mask + 1;
	/* Where there is no memory, what is there is filled. */
	if ((t->pages == none || t->used >= all / 4 * 3) && !rebuild() &&
		(t->pages == none || t->used >= all / 16 * 15))
		return NULL;
	struct lt_live_page *p = free_page(lt_live_number(addr8));
	*p = (struct lt_live_page){
		.number = lt_live_number(addr8), .leaf = empty, .free = 1, .map = LT_LIVE_COARSE};
	t->used++;
	return p;
}

static bool is_kept(const struct lt_live_entry *e)
{
	return e->who && (lt_live_is_live(lt_live_kind(e)) || !lt_live_forgotten(e));
}

static uint32_t count_kept(const struct lt_live_page *p)
{
	uint32_t n = 0;
	for (uint32_t i = 1; i <= p->room; i++)
		n += is_kept(&p->entry[i]);
	return n;
}

static uint32_t count_forgotten(const struct lt_live_page *p)
{
	uint32_t n = 0;
	for (uint32_t i = 1; i <= p->room; i++)
		n += p->entry[i].who && !is_kept(&p->entry[i]);
	return n;
}

static const struct {
	uint16_t len, most; /* bytes; entries that can be needed */
} maps[LT_LIVE_MAPS] = {
	[LT_LIVE_COARSE] = {64, 64},
	[LT_LIVE_MIDDLE] = {128, 128},
	[LT_LIVE_FINE] = {256, 255},
	[LT_LIVE_FINEST] = {1024, 512},
	[LT_LIVE_NO_MAP] = {0, LT_LIVE_LINE},
};

uint32_t lt_live_find_unusual(const struct lt_live_page *p, uint64_t who)
{
	if (p->map == LT_LIVE_FINEST)
		return ((const uint16_t *)p->leaf)[lt_live_offset(who)];
	for (uint32_t i = 1; i <= LT_LIVE_LINE; i++)
		if (p->entry[i].who && ((p->entry[i].who ^ who) & LT_LIVE_OFFSET) == 0)
			return i;
	return 0;
}

void lt_live_map_unusual(const struct lt_live_page *p, uint64_t who, uint32_t i)
{
	if (p->map == LT_LIVE_FINEST)
		((uint16_t *)p->leaf)[lt_live_offset(who)] = (uint16_t)i;
}

static uint32_t room_in(unsigned map, unsigned size)
{
	if (lt_live_bytes[size] <= maps[map].len)
		return 0;
	uint32_t room = (lt_live_bytes[size] - (uint32_t)maps[map].len) / LT_LIVE_ENTRY;
	return room < maps[map].most ? room : maps[map].most;
}

/* The smallest with room for n, or for all that can be needed. */
static unsigned size_for(unsigned map, uint32_t n)
{
	unsigned size = 0;
	n = n < maps[map].most ? n : maps[map].most;
	while (room_in(map, size) < n)
		size++;
	return size;
}

/* p gets a new leaf. */
static bool take_leaf(struct lt_live_page *p, unsigned map, unsigned size)
{
	uint8_t *leaf = lt_live_take(size);
	if (!leaf)
		return false;
	p->leaf = leaf;
	p->entry = (struct lt_live_entry *)(leaf + maps[map].len) - 1;
	p->room = (uint16_t)room_in(map, size);
	p->free = 1;
	p->map = (uint8_t)map;
	p->size = (uint8_t)size;
	return true;
}

/* Some more than there are. */
static uint32_t more_than(uint32_t n)
{
	return n == 0 ? 1 : n + n / 4 + LT_LIVE_LINE;
}

/* False: the map is too coarse. */
static bool copy_kept(struct lt_live_page *to, const struct lt_live_page *from)
{
	for (uint32_t i = 1; i <= from->room; i++) {
		const struct lt_live_entry *e = &from->entry[i];
		if (!is_kept(e))
			continue;
		uint8_t *at = lt_live_granule(to, e->who);
		if (lt_live_find(to, e->who, at))
			return false;
		*lt_live_add(to, e->who, at) = *e;
	}
	return true;
}

static void give_leaf(const struct lt_live_page *p)
{
	if (p->room)
		lt_live_give(p->leaf, p->size);
}

static unsigned finer(unsigned map)
{
	return map > LT_LIVE_FINE && map <= LT_LIVE_COARSE ? map - 1 : LT_LIVE_FINEST;
}

/* Another leaf with room for n, at least those that are kept, and such a map or a finer one. */
static bool move(struct lt_live_page *p, unsigned map, uint32_t n)
{
	struct lt_live_page old = *p;
	for (;; map = finer(map)) {
		if (!take_leaf(p, map, size_for(map, n))) {
			*p = old;
			return false;
		}
		if (copy_kept(p, &old))
			break;
		give_leaf(p);
	}
	lt_live_table.remembered -= count_forgotten(&old);
	give_leaf(&old);
	return true;
}

static unsigned map_for(uint32_t n)
{
	return n <= LT_LIVE_LINE ? LT_LIVE_NO_MAP : LT_LIVE_COARSE;
}

/* The same leaf, longer: its entries are all needed. */
static bool lengthen(struct lt_live_page *p, unsigned size)
{
	struct lt_live_page old = *p;
	if (!take_leaf(p, p->map, size))
		return false;
	memcpy(p->leaf, old.leaf, lt_live_bytes[old.size]);
	p->free = old.free;
	give_leaf(&old);
	return true;
}

bool lt_live_grow(struct lt_live_page *p)
{
	uint32_t kept = count_kept(p), n = more_than(kept);
	unsigned map = p->map;
	if (!p->room || (map == LT_LIVE_NO_MAP && n > LT_LIVE_LINE))
		map = map_for(n);
	else if (kept == p->room && kept < maps[map].most)
		return lengthen(p, size_for(map, n));
	else if (kept == maps[map].most)
		map = finer(map);
	return move(p, map, n);
}

bool lt_live_refine(struct lt_live_page *p)
{
	return move(p, finer(p->map), more_than(count_kept(p)));
}

void lt_live_shrink(struct lt_live_page *p)
{
	uint32_t kept = count_kept(p), n = kept + kept / 4;
	if (kept == 0) {
		lt_live_table.remembered -= count_forgotten(p);
		give_leaf(p);
		*p = (struct lt_live_page){
			.number = p->number, .leaf = empty, .free = 1, .map = LT_LIVE_COARSE};
	} else if (size_for(map_for(n), n) < p->size) {
		move(p, map_for(n), n); /* or it stays as it is */
	}
}

void lt_live_sweep(void)
{
	for (uint64_t i = 0; i <= lt_live_table.mask; i++) {
		struct lt_live_page *p = &lt_live_table.pages[i];
		for (uint32_t k = 1; k <= p->room; k++) {
			struct lt_live_entry *e = &p->entry[k];
			if (!e->who || is_kept(e))
				continue;
			lt_live_table.remembered--;
			lt_live_remove(p, e, lt_live_granule(p, e->who), k);
		}
		if (p->room && p->live <= p->room / 4)
			lt_live_shrink(p);
	}
}

uint64_t lt_live_count(void)
{
	uint64_t n = 0;
	for (uint64_t i = 0; i <= lt_live_table.mask; i++)
		n += lt_live_table.pages[i].live;
	return n;
}

void lt_live_age(unsigned part)
{
	static const uint8_t elder[] = {LT_LIVE_NONE, LT_LIVE_OLD, LT_LIVE_PLACED_ELDER,
		LT_LIVE_NUMBERED_ELDER, LT_LIVE_OLD, LT_LIVE_OLD, LT_LIVE_FREED_PLACED,
		LT_LIVE_FREED_NUMBERED};
	for (uint64_t i = 0; i <= lt_live_table.mask; i++) {
		const struct lt_live_page *p = &lt_live_table.pages[i];
		if (!p->room || (lt_live_hash(p->number) >> 40) % LT_LIVE_PARTS != part)
			continue;
		for (uint32_t k = 1; k <= p->room; k++) {
			struct lt_live_entry *e = &p->entry[k];
			e->who = (e->who & ~(uint64_t)LT_LIVE_KIND) | elder[lt_live_kind(e)];
		}
	}
}

void lt_live_first_generation(uint64_t mask)
{
	for (uint64_t i = 0; i <= lt_live_table.mask; i++) {
		const struct lt_live_page *p = &lt_live_table.pages[i];
		for (uint32_t k = 1; k <= p->room; k++)
			if (p->entry[k].who)
				p->entry[k].what &= mask;
	}
}

void lt_live_clear(bool unmap)
{
	if (unmap && lt_live_table.pages != none)
		lt_sys_unmap(lt_live_table.pages, pages_len());
	lt_live_room_clear(unmap);
	lt_live_table = (struct lt_live_table){.pages = none, .mask = LT_LIVE_GROUP - 1};
}
