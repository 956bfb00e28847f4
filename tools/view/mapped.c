#include "tools/view/mapped.h"

size_t lr_mapped_first(const struct lr_scan *scan, uint64_t addr)
{
	size_t low = 0, high = scan->maps_used;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct lr_scan_map *m = &scan->maps[mid];
		if (m->start + m->length <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void add(struct lr_mapped *to, const struct lr_scan *scan, const struct lr_scan_map *m,
	uint64_t overlap)
{
	const char *name = lr_scan_text(scan, m->name);
	to->found = true;
	to->resident += m->resident < overlap ? m->resident : overlap;
	to->counted &= !(m->flags & LTF_MAPS_NOT_COUNTED);
	to->judged &= !(m->flags & (LTF_MAPS_NOT_JUDGED | LTF_MAPS_BLOCKS));
	to->held |= m->flags & LTF_MAPS_HELD;
	if (!to->name && *name)
		to->name = name;
}

struct lr_mapped lr_mapped_at(const struct lr_scan *scan, uint64_t start, uint64_t length)
{
	struct lr_mapped all = {.counted = true, .judged = true};
	uint64_t end = start + length < start ? UINT64_MAX : start + length;
	for (size_t i = scan ? lr_mapped_first(scan, start) : 0; scan && i < scan->maps_used; i++) {
		const struct lr_scan_map *m = &scan->maps[i];
		uint64_t from = m->start > start ? m->start : start;
		uint64_t to = m->start + m->length < end ? m->start + m->length : end;
		if (m->start >= end)
			break;
		if (m->kind == LTF_MAPPING_OWN && to > from)
			add(&all, scan, m, to - from);
	}
	all.counted &= all.found;
	all.judged &= all.found;
	return all;
}
