/* One array, gone through from its beginning: most programs have a few mappings. */
#include "lib/mapped.h"

#include <stdatomic.h>

/* An entry is whole when its end lies behind its start. Pages being what they are, the lowest bit
 * of an end is free. */
enum { INHERITED = 1 };
static struct {
	_Atomic uintptr_t start; /* 0: free */
	_Atomic uintptr_t end;
	uint32_t group;
} entry[LT_MAPPED_MAX];
static struct {
	_Atomic uint32_t used; /* what is behind was never touched */
	_Atomic uint32_t groups;
	_Atomic int live; /* entries that are not inherited */
} mapped;

static uint32_t used(void)
{
	uint32_t n = atomic_load_explicit(&mapped.used, memory_order_relaxed);
	return n < LT_MAPPED_MAX ? n : LT_MAPPED_MAX;
}

static void put(uintptr_t start, uintptr_t end, uint32_t group)
{
	for (uint32_t i = 0; i < LT_MAPPED_MAX; i++) {
		uintptr_t none = 0;
		if (entry[i].start ||
			!atomic_compare_exchange_strong(&entry[i].start, &none, start))
			continue;
		entry[i].group = group;
		atomic_store(&entry[i].end, end);
		if (!(end & INHERITED))
			atomic_fetch_add(&mapped.live, 1);
		uint32_t n = mapped.used;
		while (n <= i && !atomic_compare_exchange_weak(&mapped.used, &n, i + 1))
			;
		return;
	}
}

/* Takes [start, end) out of an entry that it overlaps. */
static void cut(uint32_t i, uintptr_t start, uintptr_t end)
{
	uintptr_t from = entry[i].start, to = entry[i].end, mark = to & INHERITED;
	to &= ~(uintptr_t)INHERITED;
	if (start <= from && end >= to) {
		atomic_store(&entry[i].end, 0);
		atomic_store(&entry[i].start, 0);
		if (!mark)
			atomic_fetch_sub(&mapped.live, 1);
	} else if (start <= from) {
		atomic_store(&entry[i].start, end);
	} else {
		atomic_store(&entry[i].end, start | mark);
		if (end < to)
			put(end, to | mark, entry[i].group);
	}
}

uint32_t lt_mapped_remove(uintptr_t start, uintptr_t end)
{
	uint32_t group = 0;
	for (uint32_t i = 0, n = used(); i < n; i++) {
		uintptr_t to = entry[i].end & ~(uintptr_t)INHERITED;
		if (entry[i].start >= end || to <= start || !entry[i].start)
			continue;
		group = entry[i].group;
		cut(i, start, end);
	}
	return group;
}

/* Of what lies right before. */
static uint32_t group_before(uintptr_t start)
{
	for (uint32_t i = 0, n = used(); i < n; i++)
		if (entry[i].start && (entry[i].end & ~(uintptr_t)INHERITED) == start)
			return entry[i].group;
	return 0;
}

void lt_mapped_restore(uintptr_t start, uintptr_t end, uint32_t group)
{
	if (!group)
		return;
	lt_mapped_remove(start, end);
	put(start, end, group);
}

void lt_mapped_add(uintptr_t start, uintptr_t end, bool placed)
{
	uint32_t replaced = lt_mapped_remove(start, end), group = placed ? replaced : 0;
	if (placed && !group)
		group = group_before(start);
	if (!group)
		group = atomic_fetch_add(&mapped.groups, 1) + 1;
	put(start, end, group);
}

uintptr_t lt_mapped_end(uintptr_t start)
{
	for (uint32_t i = 0, n = used(); i < n; i++)
		if (entry[i].start == start)
			return entry[i].end & ~(uintptr_t)INHERITED;
	return 0;
}

bool lt_mapped_any(void)
{
	return mapped.live > 0;
}

bool lt_mapped_get(unsigned i, struct lt_mapped *m)
{
	if (i >= used())
		return false;
	uintptr_t end = entry[i].end;
	*m = (struct lt_mapped){.start = entry[i].start,
		.end = end & ~(uintptr_t)INHERITED,
		.group = entry[i].group,
		.inherited = end & INHERITED};
	if (!m->start || m->end < m->start)
		m->end = m->start;
	return true;
}

void lt_mapped_inherit(void)
{
	for (uint32_t i = 0, n = used(); i < n && mapped.live; i++)
		if (entry[i].start && entry[i].end)
			atomic_fetch_or(&entry[i].end, INHERITED);
	if (mapped.live)
		mapped.live = 0;
}
