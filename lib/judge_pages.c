/* Pages that were never touched are not read: neither in roots nor in large blocks. And it is told
 * how many they are. */
#include "lib/judge_in.h"

#include <string.h>
#include "lib/mapped.h"
#include "lib/scan_in.h"
#include "lib/sys.h"
#include "lib/touched.h"

enum {
	PAGE = 4096,
	ROOT_LEAST = 64 * PAGE,   /* smaller ones are read as a whole */
	BLOCK_LEAST = 256 * PAGE, /* the same */
	ROOT_GAP = 16 * PAGE,     /* shorter ones are read, too: fewer pieces */
	BLOCK_GAP = 64 * PAGE,
	BLOCK_GAPS = 8192,       /* at most */
	COUNTED_LEAST = 4 * PAGE /* of blocks that size, how many pages were touched */
};

static struct {
	struct lt_touched by;
	bool opened;
	struct lt_scan_range run; /* of the mapping under way, while blocks are gone through */
} touched;

static void open_once(void)
{
	if (!touched.opened)
		lt_touched_open(&touched.by);
	touched.opened = true;
}

static uintptr_t page_of(uintptr_t at)
{
	return at & ~(uintptr_t)(PAGE - 1);
}

/* What is not there of other memory may still hold something: it is shared. */
static bool is_private(uintptr_t at)
{
	const struct lt_mapping *m = lt_cut.mappings;
	uint32_t k = lt_mapping_find(m, lt_cut.mapping_count, at);
	return k < lt_cut.mapping_count &&
	       (!(m[k].flags & LT_MAPPING_FILE) || (m[k].flags & LT_MAPPING_DATA));
}

/* The next touched part of what is being looked at, with all that is closer to it than gap. */
static bool next_part(uintptr_t gap, struct lt_scan_range *ahead, struct lt_scan_range *part)
{
	bool more = true;
	if (ahead->start >= ahead->end)
		return false;
	*part = *ahead;
	while ((more = lt_touched_next(&touched.by, ahead)) && ahead->start - part->end < gap)
		part->end = ahead->end;
	if (!more)
		ahead->start = ahead->end = 0;
	return true;
}

static struct lt_scan_range begin(uintptr_t start, uintptr_t end)
{
	struct lt_scan_range first = {0, 0};
	open_once();
	lt_touched_begin(&touched.by, page_of(start), page_of(end + PAGE - 1));
	if (!lt_touched_next(&touched.by, &first))
		first = (struct lt_scan_range){0, 0};
	return first;
}

/* The root becomes its first part, the others join the list. */
static void trim_root(uint32_t i)
{
	struct lt_roots *r = &lt_cut.roots;
	struct lt_scan_root whole = r->root[i];
	struct lt_scan_range ahead = begin(whole.start, whole.end), part;
	uintptr_t gap = r->n < r->room / 4 ? ROOT_GAP : UINTPTR_MAX;
	struct lt_scan_root *to = &r->root[i];
	to->end = to->start;
	while (next_part(gap, &ahead, &part)) {
		*to = whole;
		to->start = part.start > whole.start ? part.start : whole.start;
		to->end = part.end < whole.end ? part.end : whole.end;
		if (r->n == r->room) {
			r->full = true;
			return;
		}
		to = &r->root[r->n];
		*to = (struct lt_scan_root){0};
		r->n += ahead.start < ahead.end;
	}
}

/* Returns how many parts are left out. */
static uint32_t skip_in_block(const struct lt_scan_block *b)
{
	uintptr_t at = page_of(b->addr + PAGE - 1), end = page_of(b->addr + b->size);
	struct lt_scan_range ahead = begin(at, end), part;
	uint32_t n = 0;
	while (next_part(BLOCK_GAP, &ahead, &part)) {
		n += part.start - at >= BLOCK_GAP;
		if (part.start - at >= BLOCK_GAP)
			lt_judge_skip(at, part.start);
		at = part.end;
	}
	n += end - at >= BLOCK_GAP;
	if (end - at >= BLOCK_GAP)
		lt_judge_skip(at, end);
	return n;
}

void lt_judge_skip(uintptr_t start, uintptr_t end)
{
	struct lt_scan_range *skip = lt_cut.skip;
	uint32_t n = lt_cut.scan.skip.n, k = lt_scan_range_at(lt_cut.scan.skip, start), j = k;
	for (; j < n && skip[j].start < end; j++) {
		start = skip[j].start < start ? skip[j].start : start;
		end = skip[j].end > end ? skip[j].end : end;
	}
	if (n + 1 >= LT_JUDGE_MAPPINGS || start >= end)
		return;
	memmove(&skip[k + 1], &skip[j], (n - j) * sizeof(*skip));
	skip[k] = (struct lt_scan_range){start, end};
	lt_cut.scan.skip.n = n + 1 - (j - k);
}

/* Of the pages from start to end, in the mapping under way: how many bytes were touched. */
static uintptr_t touched_between(uintptr_t start, uintptr_t end)
{
	uintptr_t sum = 0, from;
	struct lt_scan_range *r = &touched.run;
	while (r->start < end) {
		from = r->start > start ? r->start : start;
		if (r->end > from)
			sum += (r->end < end ? r->end : end) - from;
		if (r->end > end)
			break;
		if (!lt_touched_next(&touched.by, r))
			*r = (struct lt_scan_range){UINTPTR_MAX, UINTPTR_MAX};
	}
	return sum;
}

static void count_untouched(void)
{
	const struct lt_scan *s = &lt_cut.scan;
	const struct lt_mapping *m = lt_cut.mappings, *here = NULL;
	for (uint32_t i = 0; i < s->n_blocks; i++) {
		const struct lt_scan_block *b = &s->blocks[i];
		uintptr_t start = page_of(b->addr + PAGE - 1), end = page_of(b->addr + b->size);
		if (b->size < COUNTED_LEAST || !is_private(b->addr))
			continue;
		uint32_t k = lt_mapping_find(m, lt_cut.mapping_count, b->addr);
		if (here != &m[k] || end > here->end) /* mappings were parted */
			touched.run = begin(start, end > m[k].end ? end : m[k].end);
		here = end > m[k].end ? NULL : &m[k];
		uintptr_t without = end - start - touched_between(start, end);
		if (without && lt_cut.n_untouched < LT_JUDGE_UNTOUCHED)
			lt_cut.untouched[lt_cut.n_untouched++] =
				(struct lt_untouched){i, (uint32_t)(without / PAGE)};
	}
}

/* A page that is only read looks like one that was written, unless the kernel tells them apart. */
void lt_judge_count_untouched(bool after)
{
	const struct lt_scan *s = &lt_cut.scan;
	enum { WIDTH = sizeof(*s->blocks) / sizeof(uint64_t) };
	uint32_t i = 0;
	while (i < s->n_blocks && s->blocks[i].size < COUNTED_LEAST)
		i++;
	if (i < s->n_blocks)
		open_once();
	if (i < s->n_blocks && touched.by.by_ranges == after) {
		if (!after)
			lt_scan_sort((uint64_t *)s->blocks, s->n_blocks, WIDTH);
		count_untouched();
	}
	if (after && touched.opened) {
		lt_touched_close(&touched.by);
		touched.opened = false;
	}
}

uint32_t lt_judge_untouched(uint32_t block)
{
	struct lt_judge *c = &lt_cut;
	const struct lt_untouched *u = c->untouched;
	while (c->next_untouched < c->n_untouched && u[c->next_untouched].block < block)
		c->next_untouched++;
	bool is = c->next_untouched < c->n_untouched && u[c->next_untouched].block == block;
	return is ? u[c->next_untouched].pages : 0;
}

/* A file may end before its mapping does: what lies behind cannot be read. */
static void trim_behind_file(struct lt_scan_root *r)
{
	uintptr_t low = r->start / PAGE, high = page_of(r->end + PAGE - 1) / PAGE;
	if (lt_sys_readable((const void *)(r->end - sizeof(uintptr_t))))
		return;
	while (low < high) { /* the first page that cannot be read */
		uintptr_t middle = low + (high - low) / 2;
		if (lt_sys_readable((const void *)(middle * PAGE)))
			low = middle + 1;
		else
			high = middle;
	}
	r->end = low * PAGE > r->start ? low * PAGE : r->start;
}

void lt_judge_pages(void)
{
	const struct lt_scan *s = &lt_cut.scan;
	uint32_t roots = lt_cut.roots.n, gaps = 0;
	for (uint32_t i = 0; i < roots; i++) {
		struct lt_scan_root *r = &lt_cut.roots.root[i];
		if (r->end - r->start < sizeof(uintptr_t))
			continue;
		if (is_private(r->start) && r->end - r->start >= ROOT_LEAST)
			trim_root(i);
		else if (lt_mapped_any() || !is_private(r->start))
			trim_behind_file(r);
	}
	for (uint32_t i = 0; i < s->n_blocks && gaps < BLOCK_GAPS; i++)
		if (s->blocks[i].size >= BLOCK_LEAST && is_private(s->blocks[i].addr))
			gaps += skip_in_block(&s->blocks[i]);
}
