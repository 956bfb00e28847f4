#include "lib/declared.h"

#include <stdatomic.h>
#include "format/ring.h"
#include "lib/say.h"
#include "lib/sys.h"

enum { ROOTS = 4096, IGNORED = 1 << 14, SLOTS = 2 * IGNORED, BITS = 15 };

/* A slot is taken by its start, 0 is free. */
static struct {
	_Atomic uintptr_t start;
	_Atomic size_t len;
} roots[ROOTS];

bool lt_declared_root(uintptr_t start, size_t len)
{
	for (unsigned i = 0; i < ROOTS; i++) {
		uintptr_t there = atomic_load(&roots[i].start);
		if (there == 0)
			atomic_compare_exchange_strong(&roots[i].start, &there, start);
		if (there != 0 && there != start)
			continue;
		atomic_store(&roots[i].len, len);
		return true;
	}
	return false;
}

void lt_declared_unroot(uintptr_t start)
{
	for (unsigned i = 0; i < ROOTS; i++)
		if (atomic_load(&roots[i].start) == start) {
			atomic_store(&roots[i].len, 0);
			atomic_store(&roots[i].start, 0);
		}
}

/* Open addressing; 0 in addr8 is free. */
struct ignored {
	uint64_t addr8;
	uint32_t number;
	uint32_t pass; /* low bits */
	bool numbered, old;
};
static struct ignored *table; /* and behind it room for a list of addresses */
uint32_t lt_declared_ignored;

static uint32_t home(uint64_t addr8)
{
	return (uint32_t)(addr8 * 0x9e3779b97f4a7c15 >> (64 - BITS));
}

static struct ignored *find(uint64_t addr8)
{
	uint32_t i = home(addr8);
	while (table[i].addr8 && table[i].addr8 != addr8)
		i = (i + 1) % SLOTS;
	return &table[i];
}

/* Events that have a number came after those that have none. */
static bool is_older(const struct ignored *e, const struct lt_declared_event *ev)
{
	if (e->old)
		return true;
	return e->numbered == ev->numbered ? (int32_t)(ev->number - e->number) > 0 : ev->numbered;
}

void lt_declared_ignore(const struct lt_declared_event *ev, uint64_t pass)
{
	size_t len = SLOTS * sizeof(*table) + IGNORED * sizeof(uint64_t);
	if (!table && !(table = lt_sys_map(len, false)))
		return;
	struct ignored *e = find(ev->addr8);
	if (!e->addr8 && lt_declared_ignored == IGNORED) {
		lt_say(1, "more than %d blocks are ignored at a time; the others will be judged",
			IGNORED);
		return;
	}
	if (e->addr8 && !is_older(e, ev))
		return;
	lt_declared_ignored += !e->addr8;
	*e = (struct ignored){.addr8 = ev->addr8,
		.number = ev->number,
		.numbered = ev->numbered,
		.pass = (uint32_t)pass};
}

/* What stands behind it moves up, so that it is found without a gap. */
static void take_out(struct ignored *e)
{
	uint32_t gap = (uint32_t)(e - table), i = gap;
	lt_declared_ignored--;
	for (;;) {
		table[gap].addr8 = 0;
		do {
			i = (i + 1) % SLOTS;
			if (!table[i].addr8)
				return;
		} while ((i - home(table[i].addr8)) % SLOTS < (i - gap) % SLOTS);
		table[gap] = table[i];
		gap = i;
	}
}

void lt_declared_forget(const struct lt_declared_event *ev, uint64_t pass, bool all)
{
	struct ignored *e = find(ev->addr8);
	if (!e->addr8)
		return;
	e->old |= all && (uint32_t)pass - e->pass >= 2;
	if (is_older(e, ev))
		take_out(e);
}

void lt_declared_inherit(bool whole)
{
	if (!whole && table) { /* as a drainer left it that is not here */
		lt_sys_forget(table, SLOTS * sizeof(*table));
		lt_declared_ignored = 0;
	}
	for (uint32_t i = 0; lt_declared_ignored && i < SLOTS; i++)
		table[i].old = true;
}

static void add(struct lt_roots *r, uintptr_t start, uintptr_t end, unsigned kind)
{
	r->full |= r->n == r->room;
	if (start < end && !r->full)
		r->root[r->n++] = (struct lt_scan_root){.start = start, .end = end, .kind = kind};
}

static void add_readable(
	struct lt_roots *r, uintptr_t start, uintptr_t end, const struct lt_mapping *m, uint32_t n)
{
	for (uint32_t i = 0; i < n && m[i].start < end; i++)
		if (m[i].flags & LT_MAPPING_READ)
			add(r, start > m[i].start ? start : m[i].start,
				end < m[i].end ? end : m[i].end, LT_SCAN_DECLARED);
}

static const uint64_t *list_ignored(uint32_t *n)
{
	uint64_t *list = (uint64_t *)(table + SLOTS);
	*n = 0;
	for (uint32_t i = 0; i < SLOTS; i++)
		if (table[i].addr8)
			list[(*n)++] = table[i].addr8 << 3;
	return list;
}

uint32_t lt_declared_add(struct lt_roots *r, const struct lt_mapping *m, uint32_t n)
{
	uint32_t before, count;
	for (unsigned i = 0; i < ROOTS; i++) {
		uintptr_t start = atomic_load(&roots[i].start);
		size_t len = atomic_load(&roots[i].len);
		if (start && len && start + len > start)
			add_readable(r, start, start + len, m, n);
	}
	before = r->n;
	if (lt_declared_ignored) {
		uintptr_t list = (uintptr_t)list_ignored(&count);
		add(r, list, list + count * sizeof(uint64_t), LT_SCAN_IGNORED);
	}
	return r->n - before;
}
