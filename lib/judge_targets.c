/* Whose the memory is, as far as somebody knows, and whether anything points to what the program
 * has mapped. */
#include "lib/judge_in.h"

#include <string.h>
#include "format/scan.h"
#include "lib/mapped.h"
#include "lib/scan_in.h"
#include "lib/sort.h"
#include "lib/touched.h"

enum {
	PAGE = 4096,
	PAGES_IN_PLACE = 64 << 10, /* that are looked at: 256 MiB */
	PAGES_IN_COPY = 2 << 20    /* and 8 GiB */
};

void lt_judge_mark(uintptr_t start, uintptr_t end, uint32_t kind)
{
	if (start < end && lt_cut.n_marks < LT_JUDGE_MARKS)
		lt_cut.marks[lt_cut.n_marks++] =
			(struct lt_judge_mark){.start = start, .end = end, .kind = kind};
}

static void mark_mapped(void)
{
	struct lt_mapped m;
	for (unsigned i = 0; lt_mapped_get(i, &m); i++) {
		uint32_t before = lt_cut.n_marks;
		lt_judge_mark(
			m.start, m.end, m.inherited ? LTF_MAPPING_INHERITED : LTF_MAPPING_OWN);
		if (lt_cut.n_marks > before)
			lt_cut.marks[before].group = m.group;
	}
}

/* Puts them in order. Of two that overlap the one that the program has mapped stays. */
static void sort_marks(void)
{
	struct lt_judge_mark *m = lt_cut.marks;
	uint32_t n = lt_cut.n_marks, put = 0;
	LT_SORT_BY_START(m, n);
	for (uint32_t i = 0; i < n; i++) {
		bool overlaps = put && m[put - 1].end > m[i].start;
		if (!overlaps)
			m[put++] = m[i];
		else if (m[i].kind == LTF_MAPPING_OWN && m[put - 1].kind != LTF_MAPPING_OWN)
			m[put - 1] = m[i];
	}
	lt_cut.n_marks = put;
}

static bool is_mapped(uintptr_t at)
{
	uint32_t n = lt_cut.mapping_count;
	return lt_mapping_find(lt_cut.mappings, n, at) < n;
}

/* From the table's groups to the first target of each, by a table of hashes. */
static void find_groups(struct lt_scan_target *t, uint32_t n)
{
	enum { SLOTS = 2 * LT_SCAN_TARGETS_MAX };
	static struct {
		uint32_t group, first; /* group 0: free */
	} slot[SLOTS];
	uint32_t slots = 16;
	while (slots < 2 * n)
		slots *= 2;
	memset(slot, 0, slots * sizeof(*slot));
	for (uint32_t i = 0; i < n; i++) {
		uint32_t h = t[i].group * 0x9e3779b1u % slots;
		while (slot[h].group && slot[h].group != t[i].group)
			h = (h + 1) % slots;
		if (!slot[h].group) {
			slot[h].group = t[i].group;
			slot[h].first = i;
		}
		t[i].group = slot[h].first;
	}
}

/* Those that are there; false: it would take too long to look. By words, each page of the range
 * costs, whether it is there or not. */
static bool count_resident(struct lt_touched *t, struct lt_judge_mark *k, uint64_t *left)
{
	struct lt_scan_range run;
	uint64_t range = (k->end - k->start) / PAGE, cost;
	if (t->fd < 0 || *left == 0 || (!t->by_ranges && range > *left))
		return false;
	lt_touched_begin(t, k->start, k->end);
	while (lt_touched_next(t, &run)) {
		k->resident += (run.end - run.start) / PAGE;
		if (k->resident > *left)
			return false;
	}
	cost = t->by_ranges ? k->resident : range;
	*left -= cost < *left ? cost : *left;
	return true;
}

/* Before the scan, which may read what nobody has touched. What is resident of shared memory only
 * the process's own tables of pages tell, not the copy's. */
static void count_all_resident(long process)
{
	uint64_t left = process ? PAGES_IN_COPY : PAGES_IN_PLACE;
	static struct lt_touched t; /* too large for a stack */
	if (!lt_cut.scan.n_targets)
		return;
	lt_touched_open_of(&t, process);
	for (uint32_t i = 0; i < lt_cut.n_marks; i++) {
		struct lt_judge_mark *k = &lt_cut.marks[i];
		if (k->kind != LTF_MAPPING_OWN || count_resident(&t, k, &left))
			continue;
		k->resident = 0;
		k->resident_unknown = true;
	}
	lt_touched_close(&t);
}

/* Where a thread stands is held. */
static void hold(uintptr_t at)
{
	const struct lt_scan *s = &lt_cut.scan;
	for (uint32_t i = 0; at && i < s->n_targets; i++)
		if (at >= s->targets[i].start && at < s->targets[i].end)
			s->targets[i].held = true;
}

static void hold_stacks(const struct lt_moment *moment)
{
	hold(moment->dead_low);
	hold(moment->own_sp);
	for (uint32_t i = 0; lt_cut.scan.n_targets && i < moment->n_threads; i++)
		hold(moment->thread[i].sp);
}

void lt_judge_targets(const struct lt_moment *moment)
{
	struct lt_scan *s = &lt_cut.scan;
	mark_mapped();
	sort_marks();
	s->n_targets = 0;
	for (uint32_t i = 0; i < lt_cut.n_marks; i++) {
		struct lt_judge_mark *k = &lt_cut.marks[i];
		k->target = s->n_targets;
		if (k->kind != LTF_MAPPING_OWN)
			continue;
		if (s->n_targets == LT_SCAN_TARGETS_MAX)
			k->kind = LTF_MAPPING_UNKNOWN;
		else
			s->targets[s->n_targets++] = (struct lt_scan_target){.start = k->start,
				.end = k->end,
				.group = k->group,
				.open_end = !is_mapped(k->end)};
	}
	if (s->n_targets)
		find_groups(s->targets, s->n_targets);
	hold_stacks(moment);
	count_all_resident(moment->process);
}
