/* Two steps. The walk goes once through the unit's entries that can hold code and notes each
 * scope's address ranges with its depth. The flattening turns these nested ranges into disjoint
 * segments with a stack, as one paints boxes into each other.
 *
 * What is read may be damaged or made up: the walk goes only forward through the section, to a
 * limited depth and number, and ranges that overlap instead of nesting are cut. */
#include "tools/symbols/scopes.h"

#include <dwarf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
	DEPTH_MAX = 256,
	SCOPES_MAX = 4 << 20, /* per unit */
	RANGES_MAX = 8 << 20,
};

struct range {
	uint64_t low, high;
	uint32_t order; /* of the walk: what encloses comes first */
	int32_t scope;
};

struct walk {
	struct lr_scopes *out;
	struct range *ranges;
	size_t count, room;
};

/* Room for one more element of a growing array; false: no memory. */
static bool reserve(void *array, size_t *room, size_t used, size_t size)
{
	void **p = array;
	if (used < *room)
		return true;
	size_t wanted = *room ? *room * 2 : 64;
	void *bigger = realloc(*p, wanted * size);
	if (!bigger)
		return false;
	*p = bigger;
	*room = wanted;
	return true;
}

/* Notes die as a scope when it has code; returns its number, or LR_SCOPE_NONE. */
static int32_t note_scope(struct walk *w, Dwarf_Die *die, int32_t parent)
{
	struct lr_scopes *s = w->out;
	ptrdiff_t offset = 0;
	Dwarf_Addr base, low, high;
	int32_t number = LR_SCOPE_NONE;
	while ((offset = dwarf_ranges(die, offset, &base, &low, &high)) > 0) {
		if (low >= high || low == 0 || w->count >= RANGES_MAX)
			continue; /* low 0: the linker has thrown the function away */
		if (number == LR_SCOPE_NONE) {
			if (s->scope_count >= SCOPES_MAX)
				break;
			if (!reserve(&s->scopes, &s->scope_room, s->scope_count,
				    sizeof(*s->scopes))) {
				s->poor = true;
				break;
			}
			number = (int32_t)s->scope_count;
			s->scopes[s->scope_count++] = (struct lr_scope){*die, parent};
		}
		if (!reserve(&w->ranges, &w->room, w->count, sizeof(*w->ranges))) {
			s->poor = true;
			break;
		}
		w->ranges[w->count] = (struct range){low, high, (uint32_t)w->count, number};
		w->count++;
	}
	return number;
}

static bool may_hold_code(Dwarf_Die *die, int tag)
{
	Dwarf_Attribute attr;
	switch (tag) {
	case DW_TAG_subprogram:
		return !dwarf_attr(die, DW_AT_declaration, &attr);
	case DW_TAG_inlined_subroutine:
	case DW_TAG_lexical_block:
	case DW_TAG_try_block:
	case DW_TAG_catch_block:
	case DW_TAG_with_stmt:
	case DW_TAG_namespace:
	case DW_TAG_module:
	case DW_TAG_entry_point:
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
	case DW_TAG_interface_type:
		return true;
	default:
		return false;
	}
}

/* The scope that die's children stand in. */
static int32_t enter(struct walk *w, Dwarf_Die *die, int tag, int32_t around)
{
	if (tag == DW_TAG_subprogram)
		return note_scope(w, die, LR_SCOPE_NONE);
	if (tag != DW_TAG_inlined_subroutine)
		return around;
	int32_t number = note_scope(w, die, around);
	return number == LR_SCOPE_NONE ? around : number;
}

bool lr_next_sibling(Dwarf_Die *die)
{
	const char *here = die->addr;
	Dwarf_Die next;
	if (dwarf_siblingof(die, &next) != 0 || (const char *)next.addr <= here)
		return false;
	*die = next;
	return true;
}

static void walk_unit(struct walk *w, Dwarf_Die unit)
{
	struct {
		Dwarf_Die die;
		int32_t around;
	} stack[DEPTH_MAX];
	int depth = 0;
	if (dwarf_child(&unit, &stack[0].die) != 0)
		return;
	stack[0].around = LR_SCOPE_NONE;
	while (depth >= 0) {
		Dwarf_Die *die = &stack[depth].die;
		int tag = dwarf_tag(die);
		if (may_hold_code(die, tag)) {
			int32_t inside = enter(w, die, tag, stack[depth].around);
			if (depth + 1 < DEPTH_MAX && dwarf_child(die, &stack[depth + 1].die) == 0) {
				stack[++depth].around = inside;
				continue;
			}
		}
		while (depth >= 0 && !lr_next_sibling(&stack[depth].die))
			depth--;
	}
}

static int by_start(const void *x, const void *y)
{
	const struct range *a = x, *b = y;
	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* From start on, scope is the innermost one. */
static void paint(struct lr_scopes *s, uint64_t start, int32_t scope)
{
	if (s->segment_count && s->segments[s->segment_count - 1].start == start)
		s->segment_count--;
	if (s->segment_count && s->segments[s->segment_count - 1].scope == scope)
		return;
	if (reserve(&s->segments, &s->segment_room, s->segment_count, sizeof(*s->segments)))
		s->segments[s->segment_count++] = (struct lr_segment){start, scope};
	else
		s->poor = true;
}

static void flatten(struct walk *w)
{
	struct range **open = malloc((w->count + 1) * sizeof(*open));
	size_t n = 0;
	w->out->poor |= !open;
	if (!open)
		return;
	if (w->count)
		qsort(w->ranges, w->count, sizeof(*w->ranges), by_start);
	for (size_t i = 0; i <= w->count; i++) {
		struct range *r = i < w->count ? &w->ranges[i] : NULL;
		while (n && (!r || open[n - 1]->high <= r->low)) {
			uint64_t end = open[--n]->high;
			paint(w->out, end, n ? open[n - 1]->scope : LR_SCOPE_NONE);
		}
		if (!r)
			break;
		if (n && r->high > open[n - 1]->high)
			r->high = open[n - 1]->high;
		open[n++] = r;
		paint(w->out, r->low, r->scope);
	}
	free(open);
}

void lr_scopes_read(struct lr_scopes *s, const Dwarf_Die *unit)
{
	struct walk w = {.out = s};
	memset(s, 0, sizeof(*s));
	walk_unit(&w, *unit);
	flatten(&w);
	free(w.ranges);
}

void lr_scopes_free(struct lr_scopes *s)
{
	free(s->scopes);
	free(s->segments);
	memset(s, 0, sizeof(*s));
}

int32_t lr_scopes_at(const struct lr_scopes *s, uint64_t addr)
{
	size_t low = 0, high = s->segment_count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (s->segments[mid].start <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? s->segments[low - 1].scope : LR_SCOPE_NONE;
}
