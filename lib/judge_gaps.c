/* Where there may be blocks that nothing is known of, all memory is a root that is not a known
 * block: what an unknown block holds is held, and what a released one still shows, too. */
#include "lib/judge_in.h"

#include "lib/allocator.h"

/* What lies between two of glibc's blocks and is shorter holds no block: its smallest are 24 bytes
 * long, and the distance to the next one is up to 23. */
enum { GLIBC_LEAST = 24, LEAST = 8 };

static uint32_t kind_of(const struct lt_mapping *m)
{
	return m->flags & LT_MAPPING_STACK  ? LT_SCAN_STACK
	       : m->flags & LT_MAPPING_DATA ? LT_SCAN_DATA
					    : LT_SCAN_MAPPING;
}

static void add(uintptr_t start, uintptr_t end, uint32_t kind)
{
	struct lt_roots *r = &lt_cut.roots;
	uintptr_t least = lt_allocator.glibc ? GLIBC_LEAST : LEAST;
	if (start >= end || end - start < least)
		return;
	if (r->n == r->room)
		r->full = true;
	else
		r->root[r->n++] = (struct lt_scan_root){.start = start, .end = end, .kind = kind};
}

/* Both are in order of addresses. */
void lt_judge_gaps(void)
{
	enum { BOTH = LT_MAPPING_READ | LT_MAPPING_WRITE };
	const struct lt_scan *s = &lt_cut.scan;
	uintptr_t last = 0; /* end of the last block */
	uint32_t k = 0;
	for (uint32_t i = 0; i < lt_cut.mapping_count; i++) {
		const struct lt_mapping *m = &lt_cut.mappings[i];
		uintptr_t at = last > m->start ? last : m->start;
		if ((m->flags & BOTH) != BOTH || (m->flags & LT_MAPPING_OTHER))
			continue;
		while (k < s->n_blocks && s->blocks[k].addr < m->start)
			k++;
		for (; k < s->n_blocks && s->blocks[k].addr < m->end; k++) {
			add(at, s->blocks[k].addr, kind_of(m));
			at = last = (s->blocks[k].addr + s->blocks[k].size + 7) & ~(uintptr_t)7;
		}
		add(at, m->end, kind_of(m));
	}
}
