#include "lib/allocator.h"

#include <link.h>
#include <stdatomic.h>
#include "lib/lifecycle.h"
#include "lib/real.h"
#include "lib/sys.h"

enum { RANGES = 4096, BRKS = 64, EARLY = 64 };

struct range {
	_Atomic uintptr_t start, end; /* 0: free */
};
struct ranges {
	_Atomic uint32_t used; /* what is behind was never touched */
	uint32_t room;
	struct range *range;
};

static struct range mapped_range[RANGES], brk_range[BRKS];
static struct ranges mapped = {.room = RANGES, .range = mapped_range};
static struct ranges brks = {.room = BRKS, .range = brk_range};

/* Before it is known who the allocator is. */
static struct {
	_Atomic uint32_t n;
	struct {
		uintptr_t start, end;
		const void *caller;
	} entry[EARLY];
} early;

LT_TOGETHER struct lt_allocator lt_allocator;

/* Lets a range that touches this one grow over it. */
static bool join(struct ranges *s, uintptr_t start, uintptr_t end)
{
	for (uint32_t i = 0; i < s->used && i < s->room; i++) {
		uintptr_t was = end;
		if (atomic_compare_exchange_strong(&s->range[i].start, &was, start))
			return true;
		was = start;
		if (atomic_compare_exchange_strong(&s->range[i].end, &was, end))
			return true;
	}
	return false;
}

static void add(struct ranges *s, uintptr_t start, uintptr_t end)
{
	if (join(s, start, end))
		return;
	for (uint32_t i = 0; i < s->room; i++) {
		uintptr_t none = 0;
		if (!atomic_compare_exchange_strong(&s->range[i].start, &none, start))
			continue;
		atomic_store(&s->range[i].end, end);
		uint32_t used = atomic_load(&s->used);
		while (used <= i && !atomic_compare_exchange_weak(&s->used, &used, i + 1))
			;
		return;
	}
}

static void take_out(struct ranges *s, uintptr_t start, uintptr_t end)
{
	for (uint32_t i = 0; i < s->used && i < s->room; i++) {
		struct range *r = &s->range[i];
		uintptr_t from = r->start, to = r->end;
		if (start >= to || end <= from)
			continue;
		if (start <= from && end >= to) {
			atomic_store(&r->end, 0);
			atomic_store(&r->start, 0);
		} else if (start <= from) {
			atomic_store(&r->start, end);
		} else {
			atomic_store(&r->end, start);
			if (end < to)
				add(s, end, to);
		}
	}
}

static bool get(const struct ranges *s, unsigned i, uintptr_t range[2])
{
	if (i >= s->used || i >= s->room)
		return false;
	range[0] = s->range[i].start;
	range[1] = s->range[i].end;
	if (range[1] < range[0])
		range[1] = range[0];
	return true;
}

static uintptr_t page_end(const void *start, size_t len)
{
	return lt_sys_pages((uintptr_t)start + len);
}

static void note_early(uintptr_t start, uintptr_t end, const void *caller)
{
	uint32_t i = atomic_fetch_add(&early.n, 1);
	if (i >= EARLY)
		return;
	early.entry[i].start = start;
	early.entry[i].end = end;
	early.entry[i].caller = caller;
}

void lt_allocator_mapped(const void *caller, const void *start, size_t len)
{
	uintptr_t from = (uintptr_t)start, to = page_end(start, len);
	if (lt_mode == LT_MODE_EARLY)
		note_early(from, to, caller);
	if (!lt_allocator.size)
		return;
	take_out(&mapped, from, to);
	if (lt_allocator_called(caller))
		add(&mapped, from, to);
}

void lt_allocator_unmapped(const void *start, size_t len)
{
	if (lt_mode == LT_MODE_EARLY)
		note_early((uintptr_t)start, page_end(start, len), NULL);
	if (lt_allocator.size)
		take_out(&mapped, (uintptr_t)start, page_end(start, len));
}

void lt_allocator_broke(const void *caller, uintptr_t before, uintptr_t after)
{
	if (lt_mode == LT_MODE_EARLY) /* only allocators' */
		return;
	if (after < before)
		take_out(&brks, after, before);
	else if (after > before && !lt_allocator_called(caller))
		add(&brks, before, after);
}

bool lt_allocator_range(unsigned i, uintptr_t range[2])
{
	return get(&mapped, i, range);
}

bool lt_allocator_not_of_brk(unsigned i, uintptr_t range[2])
{
	return get(&brks, i, range);
}

/* A function that is in one of the known allocators, and in nothing else that has a malloc. An
 * object that is not known may be the program's own: its data are roots. */
static bool is_known(const struct link_map *l)
{
	static const char *const sign[] = {
		"mallctl", "mi_malloc", "tc_malloc", "rpmalloc", "xxmalloc", "scalable_malloc"};
	for (unsigned i = 0; i < sizeof(sign) / sizeof(sign[0]); i++)
		if (lt_real_in(l, sign[i]))
			return true;
	return false;
}

void lt_allocator_find(void)
{
	struct dl_find_object theirs, libc;
	if (_dl_find_object((void *)lt_real.malloc, &theirs) != 0 ||
		_dl_find_object((void *)lt_real.__libc_start_main, &libc) != 0)
		return;
	lt_allocator.glibc = theirs.dlfo_link_map == libc.dlfo_link_map;
	if (lt_allocator.glibc)
		return;
	lt_allocator.only = is_known(theirs.dlfo_link_map);
	lt_allocator.low = (uintptr_t)theirs.dlfo_map_start;
	lt_allocator.size = (uintptr_t)theirs.dlfo_map_end - lt_allocator.low;
	for (uint32_t i = 0; i < early.n && i < EARLY; i++) {
		take_out(&mapped, early.entry[i].start, early.entry[i].end);
		if (lt_allocator_called(early.entry[i].caller))
			add(&mapped, early.entry[i].start, early.entry[i].end);
	}
}
