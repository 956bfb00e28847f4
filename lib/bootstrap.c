#include "lib/bootstrap.h"

#include <stdatomic.h>
#include "lib/sys.h"

enum { REGION = 256 << 10, REGIONS = 256, ALIGN = 16 };

/* A region: its end and the next free byte, then blocks, each behind a word with its size. */
struct region {
	uintptr_t end;
	_Atomic uintptr_t next;
};

LT_TOGETHER uintptr_t lt_bootstrap_low = 0, lt_bootstrap_high = 0;
static struct region *_Atomic regions[REGIONS];
static _Atomic unsigned count;

static void *carve(struct region *r, size_t align, size_t size)
{
	uintptr_t old = atomic_load(&r->next), at;
	do {
		at = (old + sizeof(size_t) + align - 1) & ~(align - 1);
		if (at + size < at || at + size > r->end)
			return NULL;
	} while (!atomic_compare_exchange_weak(&r->next, &old, at + size));
	((size_t *)at)[-1] = size;
	return (void *)at;
}

/* Regions are only ever added; they come one below the other or not, so the hull is kept. */
static struct region *add_region(size_t need)
{
	size_t len = need > REGION ? (need + REGION - 1) & ~(size_t)(REGION - 1) : REGION;
	unsigned i = atomic_fetch_add(&count, 1);
	struct region *r = i < REGIONS && len >= need ? lt_sys_map(len, false) : NULL;
	if (!r)
		return NULL;
	uintptr_t at = (uintptr_t)r;
	r->end = at + len;
	atomic_store(&r->next, at + sizeof(*r));
	if (!lt_bootstrap_low || at < lt_bootstrap_low)
		lt_bootstrap_low = at;
	if (r->end > lt_bootstrap_high)
		lt_bootstrap_high = r->end;
	atomic_store(&regions[i], r);
	return r;
}

/* What glibc's malloc would give: a program may print malloc_usable_size of such a block. */
static size_t as_malloc(size_t size)
{
	if (size > SIZE_MAX / 2)
		return size;
	return size < 24 ? 24 : ((size + 23) & ~(size_t)15) - 8;
}

void *lt_bootstrap_alloc(size_t align, size_t size)
{
	size = as_malloc(size);
	unsigned n = atomic_load(&count);
	void *p = NULL;
	if (align < ALIGN)
		align = ALIGN;
	if (n && n <= REGIONS && regions[n - 1])
		p = carve(regions[n - 1], align, size);
	if (!p && size + align + 64 > size) {
		struct region *r = add_region(size + align + 64);
		p = r ? carve(r, align, size) : NULL;
	}
	return p;
}

size_t lt_bootstrap_size(const void *p)
{
	return ((const size_t *)p)[-1];
}

bool lt_bootstrap_holds(const void *p)
{
	uintptr_t a = (uintptr_t)p;
	for (unsigned i = 0; i < REGIONS; i++) {
		struct region *r = atomic_load(&regions[i]);
		if (r && a > (uintptr_t)r && a < r->end)
			return true;
	}
	return false;
}

bool lt_bootstrap_region(unsigned i, uintptr_t range[2])
{
	const struct region *r = i < REGIONS ? atomic_load(&regions[i]) : NULL;
	if (!r)
		return false;
	range[0] = (uintptr_t)r;
	range[1] = atomic_load(&r->next);
	return true;
}
