/* Rows are made of the mappings that the judge has read, parted at the edges of what is known of
 * them: the kernel joins neighbours. */
#include "lib/tell_maps.h"

#include <string.h>
#include "format/file.h"
#include "lib/dump.h"
#include "lib/judge_in.h"
#include "lib/mapped.h"
#include "lib/tell_texts.h"

enum {
	PAGE = 4096,
	ROW_BYTES = 32, /* at most, but for hostile addresses */
	LEFT = 64 << 10,
	OTHERS = 8192 /* rows that are not the program's own */
};
#define FOUR_GIB ((uintptr_t)1 << 32)

struct row {
	uintptr_t start, end;
	const struct lt_judge_mark *mark; /* of the program's own; else NULL */
	const char *name;
	uint32_t kind, access;
};

static struct telling {
	struct lt_rows rows;
	uint64_t mapped;
	uintptr_t end;                    /* of the row before */
	const struct lt_judge_mark *last; /* its */
	uint32_t others;
	bool own_only;
	struct row row; /* being put together; end 0: none */
} telling;

static uint32_t access_of(const struct lt_mapping *m)
{
	bool file = m->flags & LT_MAPPING_FILE;
	return (m->flags & LT_MAPPING_READ ? LTF_MAPS_READ : 0u) |
	       (m->flags & LT_MAPPING_WRITE ? LTF_MAPS_WRITE : 0u) |
	       (m->flags & LT_MAPPING_EXEC ? LTF_MAPS_EXEC : 0u) | (file ? LTF_MAPS_FILE : 0u) |
	       (file && !(m->flags & LT_MAPPING_DATA) ? LTF_MAPS_SHARED : 0u);
}

static uint32_t kind_of(const struct lt_mapping *m)
{
	enum {
		ALLOCATOR = LT_MAPPING_ALLOCATOR | LT_MAPPING_ARENA | LT_MAPPING_SMALL |
			    LT_MAPPING_LARGE
	};
	if (m->flags & LT_MAPPING_OTHER)
		return m->flags & LT_MAPPING_FILE ? LTF_MAPPING_TRACER : LTF_MAPPING_KERNEL;
	if (m->flags & LT_MAPPING_STACK)
		return LTF_MAPPING_STACK;
	if (m->flags & LT_MAPPING_HEAP)
		return LTF_MAPPING_BRK;
	if (m->flags & LT_MAPPING_DATA)
		return LTF_MAPPING_OBJECT;
	return m->flags & ALLOCATOR ? LTF_MAPPING_ALLOCATOR : LTF_MAPPING_UNKNOWN;
}

/* Whether a live block lies in it; the blocks stand in order of their addresses. */
static bool has_blocks(const struct lt_scan *s, uintptr_t start, uintptr_t end)
{
	uint32_t low = 0, high = s->n_blocks;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (s->blocks[middle].addr < start)
			low = middle + 1;
		else
			high = middle;
	}
	return (low < s->n_blocks && s->blocks[low].addr < end) ||
	       (low && s->blocks[low - 1].addr + s->blocks[low - 1].size > start);
}

static uint64_t flags_of(const struct row *r)
{
	const struct lt_scan *s = &lt_cut.scan;
	const struct lt_judge_mark *k = r->mark;
	if (!k)
		return 0;
	return (s->targets[k->target].held ? LTF_MAPS_HELD : 0u) |
	       (k->start < FOUR_GIB ? LTF_MAPS_NOT_JUDGED : 0u) |
	       (has_blocks(s, k->start, k->end) ? LTF_MAPS_BLOCKS : 0u) |
	       (k->resident_unknown ? LTF_MAPS_NOT_COUNTED : 0u);
}

static uint32_t name_of(const struct row *r)
{
	bool told = r->kind == LTF_MAPPING_OWN || r->kind == LTF_MAPPING_INHERITED ||
		    r->kind == LTF_MAPPING_UNKNOWN;
	const char *eol = told ? memchr(r->name, '\n', LT_TEXT_MAX) : NULL;
	return eol ? lt_texts_add(r->name, (size_t)(eol - r->name)) : 0;
}

static void end_row(struct telling *t)
{
	const struct row *r = &t->row;
	uint64_t v[LTF_MAPS_COLUMNS] = {0};
	bool own = r->kind == LTF_MAPPING_OWN;
	if (!r->end || (!own && (t->own_only || t->others++ >= OTHERS)))
		return;
	v[LTF_MAPS_START] = (r->start - t->end) / PAGE;
	v[LTF_MAPS_PAGES] = (r->end - r->start) / PAGE;
	v[LTF_MAPS_KIND] = r->kind;
	v[LTF_MAPS_ACCESS] = r->access;
	v[LTF_MAPS_FLAGS] = flags_of(r);
	v[LTF_MAPS_RESIDENT] = r->mark && r->mark != t->last ? r->mark->resident : 0;
	t->last = r->mark;
	v[LTF_MAPS_NAME] = name_of(r);
	lt_rows_add(&t->rows, v);
	t->end = r->end;
	t->mapped += own ? r->end - r->start : 0;
}

static bool continues(const struct row *a, const struct row *b)
{
	return a->end == b->start && a->kind == b->kind && a->mark == b->mark &&
	       a->access == b->access && a->name == b->name;
}

static void add(struct telling *t, const struct row *r)
{
	if (continues(&t->row, r)) {
		t->row.end = r->end;
		return;
	}
	end_row(t);
	t->row = *r;
}

/* What glibc has reserved for an arena and not made accessible yet lies behind it. */
static bool is_rest_of_arena(const struct lt_mapping *m)
{
	enum { ARENA_SHIFT = 26, ACCESS = LT_MAPPING_READ | LT_MAPPING_WRITE | LT_MAPPING_EXEC };
	return m > lt_cut.mappings && m[-1].end == m->start && (m[-1].flags & LT_MAPPING_ARENA) &&
	       !(m->flags & (ACCESS | LT_MAPPING_NAMED)) &&
	       m[-1].start >> ARENA_SHIFT == (m->end - 1) >> ARENA_SHIFT;
}

/* The parts of a mapping; k: the first mark that may lie in it. Returns that of the next one. */
static uint32_t add_parts(struct telling *t, const struct lt_mapping *m, uint32_t k)
{
	const struct lt_judge_mark *marks = lt_cut.marks;
	uint32_t n = lt_cut.n_marks;
	struct row r = {.name = m->name, .access = access_of(m)};
	for (uintptr_t at = m->start; at < m->end; at = r.end) {
		while (k < n && marks[k].end <= at)
			k++;
		bool marked = k < n && marks[k].start <= at;
		uintptr_t edge = k == n ? m->end : marked ? marks[k].end : marks[k].start;
		r.start = at;
		r.end = edge < m->end ? edge : m->end;
		r.kind = marked                ? marks[k].kind
			 : is_rest_of_arena(m) ? LTF_MAPPING_ALLOCATOR
					       : kind_of(m);
		r.mark = marked && r.kind == LTF_MAPPING_OWN ? &marks[k] : NULL;
		add(t, &r);
	}
	return k;
}

void lt_tell_maps(struct lt_channel *c, const struct lt_moment *moment)
{
	struct telling *t = &telling;
	uint64_t left = lt_dump_room_left();
	if (!moment->process && !lt_mapped_any())
		return;
	*t = (struct telling){.others = 0};
	t->own_only =
		left < LEFT + ROW_BYTES * ((uint64_t)lt_cut.mapping_count + 2 * lt_cut.n_marks);
	if (left < LEFT + ROW_BYTES * (uint64_t)LT_SCAN_TARGETS_MAX)
		return;
	lt_rows_begin(&t->rows, c, LTF_REC_MAPS, LTF_MAPS_COLUMNS);
	for (uint32_t i = 0, k = 0; i < lt_cut.mapping_count; i++)
		k = add_parts(t, &lt_cut.mappings[i], k);
	end_row(t);
	lt_rows_end(&t->rows);
	lt_tell_figure(LTF_SCAN_MAPPED_BYTES, t->mapped);
}
