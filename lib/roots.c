#include "lib/roots.h"

#include <string.h>
#include "lib/sort.h"

enum {
	PAGE = 4096,
	LARGE = 64 << 10 /* bytes: where it is not told, no smaller block has a mapping of its own
			  */
};

static void add(struct lt_roots *r, uintptr_t start, uintptr_t end, uint32_t kind)
{
	if (r->n == r->room)
		r->full = true;
	else if (start < end)
		r->root[r->n++] = (struct lt_scan_root){.start = start, .end = end, .kind = kind};
}

void lt_roots_subtract(struct lt_roots *r, uintptr_t start, uintptr_t end)
{
	uint32_t n = r->n;
	for (uint32_t i = 0; i < n; i++) {
		struct lt_scan_root *x = &r->root[i];
		uintptr_t tail = x->end;
		if (start >= x->end || end <= x->start)
			continue;
		x->end = start > x->start ? start : x->start;
		if (end < tail && x->end == x->start)
			*x = (struct lt_scan_root){
				.start = end, .end = tail, .kind = x->kind, .id = x->id};
		else if (end < tail)
			add(r, end, tail, x->kind);
	}
}

void lt_roots_claim(struct lt_roots *r, uintptr_t start, uintptr_t end, uint32_t kind, uint32_t id)
{
	uint32_t n = r->n;
	for (uint32_t i = 0; i < n; i++) {
		struct lt_scan_root *x = &r->root[i], was = *x;
		if (start >= was.end || end <= was.start)
			continue;
		if (start > was.start)
			add(r, was.start, start, was.kind);
		if (end < was.end)
			add(r, end, was.end, was.kind);
		*x = (struct lt_scan_root){.start = start > was.start ? start : was.start,
			.end = end < was.end ? end : was.end,
			.kind = kind,
			.id = id};
	}
}

/* What the program has mapped it may have written, and closed since. */
static bool is_root(const struct lt_mapping *m)
{
	return (m->flags & LT_MAPPING_READ) &&
	       ((m->flags & LT_MAPPING_WRITE) || !(m->flags & LT_MAPPING_NAMED)) &&
	       !(m->flags & (LT_MAPPING_OTHER | LT_MAPPING_HEAP | LT_MAPPING_ARENA |
				    LT_MAPPING_ALLOCATOR));
}

static uint32_t kind_of_root(const struct lt_mapping *m)
{
	return m->flags & LT_MAPPING_STACK  ? LT_SCAN_STACK
	       : m->flags & LT_MAPPING_DATA ? LT_SCAN_DATA
					    : LT_SCAN_MAPPING;
}

/* What is not used, where an allocator's memory and the program's lie in one mapping. It has been
 * split, so that each bit of `used` stands for one place. */
static void add_unused(struct lt_roots *r, const struct lt_mapping *m)
{
	for (uintptr_t at = m->start, next; at < m->end; at = next) {
		next = (at & ~(uintptr_t)(LT_MAPPING_GRANULE - 1)) + LT_MAPPING_GRANULE;
		next = next < m->end ? next : m->end;
		if (m->used & lt_mapping_granule(at))
			continue;
		if (r->n && r->root[r->n - 1].end == at && at > m->start)
			r->root[r->n - 1].end = next;
		else
			add(r, at, next, LT_SCAN_MAPPING);
	}
}

/* Blocks are memory, not roots, wherever they lie. */
static void subtract_block(
	struct lt_roots *r, const struct lt_mapping *m, const struct lt_scan_block *b)
{
	uintptr_t page = ~(uintptr_t)(PAGE - 1), end = b->addr + b->size;
	struct lt_scan_range own;
	if (m->flags & (LT_MAPPING_DATA | LT_MAPPING_STACK | LT_MAPPING_FILE))
		lt_roots_subtract(r, b->addr, end);
	else if (r->glibc && lt_mapping_of_block(m, b, &own))
		lt_roots_subtract(r, own.start, own.end);
	else if (b->size >= LARGE)
		lt_roots_subtract(r, b->addr & page, (end + PAGE - 1) & page);
}

void lt_roots_add(struct lt_roots *r, const struct lt_mapping *m, uint32_t n,
	const struct lt_scan_block *blocks, uint32_t n_blocks)
{
	uint32_t mixed = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (!is_root(&m[i]))
			continue;
		mixed |= m[i].flags & (LT_MAPPING_LARGE | LT_MAPPING_SMALL);
		if ((m[i].flags & LT_MAPPING_SMALL) && !(m[i].flags & LT_MAPPING_NAMED))
			add_unused(r, &m[i]);
		else
			add(r, m[i].start, m[i].end, kind_of_root(&m[i]));
	}
	for (uint32_t i = 0; mixed && i < n_blocks; i++) {
		uint32_t k = lt_mapping_find(m, n, blocks[i].addr);
		if (k < n && is_root(&m[k]))
			subtract_block(r, &m[k], &blocks[i]);
	}
}

void lt_roots_sort(struct lt_roots *r)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < r->n; i++)
		if (r->root[i].start < r->root[i].end)
			r->root[n++] = r->root[i];
	r->n = n;
	LT_SORT_BY_START(r->root, n);
}

/* The lists are circles through their heads. An empty one's two words are the address of the chunk
 * whose links they would be; the others' are addresses of chunks in the heap. */
enum {
	LISTS = 127,
	EMPTY_LEAST = 32,
	BEFORE_LISTS = 112, /* lock, flags, fast lists, top, last remainder */
	BEHIND_LISTS = 16   /* which lists are empty */
};

static bool is_empty_list(const uintptr_t *w)
{
	return w[0] == (uintptr_t)(w - 2) && w[1] == (uintptr_t)(w - 2);
}

static bool is_list(const uintptr_t *w, const struct lt_scan_range *heap)
{
	return is_empty_list(w) || (w[0] - heap->start < heap->end - heap->start &&
					   w[1] - heap->start < heap->end - heap->start);
}

/* From some empty list to the end of all, and back to the first. */
static struct lt_scan_range arena_at(
	const uintptr_t *w, uintptr_t start, uintptr_t end, const struct lt_scan_range *heap)
{
	unsigned n = 0;
	uintptr_t size = LISTS * 2 * sizeof(*w);
	while ((uintptr_t)(w + 2) <= end && is_list(w, heap))
		w += 2;
	struct lt_scan_range arena = {
		(uintptr_t)w - size - BEFORE_LISTS, (uintptr_t)w + BEHIND_LISTS};
	if ((uintptr_t)w - start < size + BEFORE_LISTS || arena.end > end)
		return (struct lt_scan_range){0, 0};
	for (const uintptr_t *x = w - 2 * LISTS; x < w; x += 2) {
		if (!is_list(x, heap))
			return (struct lt_scan_range){0, 0};
		n += is_empty_list(x);
	}
	return n < EMPTY_LEAST ? (struct lt_scan_range){0, 0} : arena;
}

struct lt_scan_range lt_roots_arena(uintptr_t start, uintptr_t end, struct lt_scan_range heap)
{
	const uintptr_t *w = (const uintptr_t *)((start + 7) & ~(uintptr_t)7);
	for (; (uintptr_t)(w + 2) <= end; w++) {
		if (!is_empty_list(w))
			continue;
		struct lt_scan_range arena = arena_at(w, start, end, &heap);
		if (arena.end)
			return arena;
	}
	return (struct lt_scan_range){0, 0};
}
