/* Regions and marks as the replay counts them: beside a plain model on random histories, and by
 * hand where begins and ends do not go together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/dumpread.h"
#include "tools/replay.h"

enum { NAMES = 4, SLOTS = 60, OPEN = 40, PATHS = 200, ENTRIES = 20000 };

struct entry {
	int parent, path; /* indices; -1 none */
	uint32_t name;
	bool again;
	uint64_t made[2], live[2], most_live;
};

/* Names of a path, outermost first; 0 ends it. */
struct path {
	uint32_t names[NAMES + 1];
	struct lr_entries of;
};

struct plain {
	struct {
		bool live;
		uint64_t size;
		int entry;
	} slot[SLOTS];
	struct entry entry[ENTRIES];
	int entries, now; /* now: the innermost that is open */
	struct path path[PATHS];
	int paths;
};

static uint64_t address(int slot)
{
	return 0x10000 + (uint64_t)slot * 0x100;
}

static int path_for(struct plain *p, int around, uint32_t name, bool *again)
{
	uint32_t names[NAMES + 2] = {0};
	int n = 0;
	*again = false;
	for (; around >= 0 && p->path[around].names[n] && !*again; n++) {
		names[n] = p->path[around].names[n];
		*again = names[n] == name;
	}
	if (!*again)
		names[n] = name;
	for (int i = 0; i < p->paths; i++)
		if (memcmp(p->path[i].names, names, sizeof(p->path[i].names)) == 0)
			return i;
	assert_true(p->paths < PATHS);
	memcpy(p->path[p->paths].names, names, sizeof(p->path[0].names));
	return p->paths++;
}

static void plain_begin(struct plain *p, uint32_t name)
{
	struct entry *e = &p->entry[p->entries];
	bool again;
	assert_true(p->entries < ENTRIES);
	int path = path_for(p, p->now >= 0 ? p->entry[p->now].path : -1, name, &again);
	again = false;
	for (int i = p->now; i >= 0; i = p->entry[i].parent)
		again |= p->entry[i].path == path;
	*e = (struct entry){.parent = p->now, .path = path, .name = name, .again = again};
	p->path[path].of.begun += !again;
	p->path[path].of.again += again;
	p->now = p->entries++;
}

enum { ENDED, CUT, NOT_ENDED };

static void plain_end(struct plain *p, int how)
{
	struct entry *e = &p->entry[p->now];
	struct lr_entries *to = &p->path[e->path].of;
	p->now = e->parent;
	if (e->again)
		return;
	for (int i = 0; i < 2; i++) {
		if (!(to->ended + to->not_ended) || e->made[i] < to->least[i])
			to->least[i] = e->made[i];
		if (e->made[i] > to->most[i])
			to->most[i] = e->made[i];
		if (how == NOT_ENDED)
			continue;
		to->sum[i] += e->made[i];
		to->left[i] += e->live[i];
		if (e->live[i] > to->most_left[i])
			to->most_left[i] = e->live[i];
	}
	if (e->most_live > to->most_live)
		to->most_live = e->most_live;
	to->ended += how != NOT_ENDED;
	to->not_ended += how == NOT_ENDED;
	to->cut += how == CUT;
}

/* True when a region of that name was open. */
static bool plain_end_named(struct plain *p, uint32_t name)
{
	int at = p->now;
	while (at >= 0 && name && p->entry[at].name != name)
		at = p->entry[at].parent;
	if (at < 0)
		return false;
	while (p->now != at)
		plain_end(p, CUT);
	plain_end(p, ENDED);
	return true;
}

static void plain_alloc(struct plain *p, int slot, uint64_t size)
{
	p->slot[slot].live = true;
	p->slot[slot].size = size;
	p->slot[slot].entry = p->now;
	for (int e = p->now; e >= 0; e = p->entry[e].parent) {
		struct entry *en = &p->entry[e];
		en->made[0]++;
		en->made[1] += size;
		en->live[0]++;
		en->live[1] += size;
		if (en->live[1] > en->most_live)
			en->most_live = en->live[1];
	}
}

static void plain_free(struct plain *p, int slot)
{
	p->slot[slot].live = false;
	for (int e = p->slot[slot].entry; e >= 0; e = p->entry[e].parent) {
		p->entry[e].live[0]--;
		p->entry[e].live[1] -= p->slot[slot].size;
	}
}

static void region(struct dg *g, unsigned kind, uint64_t name)
{
	dg_res(g, kind, 0, 1, &name);
}

static void random_block(struct dg *g, struct plain *p)
{
	int slot = rand() % SLOTS;
	uint64_t size = (uint64_t)rand() % 1000;
	uint32_t site = 1 + (uint32_t)rand() % 3;
	if (!p->slot[slot].live) {
		dg_alloc(g, address(slot), size, site, LTF_API_MALLOC);
		plain_alloc(p, slot, size);
	} else if (rand() % 3) {
		dg_release(g, LTF_W_FREE, address(slot), LTF_API_MALLOC);
		plain_free(p, slot);
	} else {
		dg_release(g, LTF_W_RELEASE, address(slot), LTF_API_REALLOC);
		if (rand() % 2) {
			dg_release(g, LTF_W_RESTORE, address(slot), LTF_API_REALLOC);
			return;
		}
		plain_free(p, slot);
		plain_alloc(p, slot, size);
		dg_alloc(g, address(slot), size, site, LTF_API_REALLOC);
	}
}

static void random_region(struct dg *g, struct plain *p, int *open, uint64_t *astray)
{
	uint32_t name = 1 + (uint32_t)rand() % NAMES;
	if (*open < OPEN && rand() % 2) {
		region(g, LTF_RES_REGION_BEGIN, name);
		plain_begin(p, name);
	} else {
		name = rand() % 4 ? 0 : name;
		region(g, LTF_RES_REGION_END, name);
		*astray += !plain_end_named(p, name);
	}
	*open = 0;
	for (int e = p->now; e >= 0; e = p->entry[e].parent)
		++*open;
}

static uint32_t find_path(const struct lr_regions *r, const uint32_t *names)
{
	uint32_t at = 0;
	for (; *names; names++) {
		uint32_t i = 1;
		while (i < r->paths_used &&
			(r->paths[i].parent != at || r->paths[i].name != *names))
			i++;
		assert_true(i < r->paths_used);
		at = i;
	}
	return at;
}

static struct lr_tally *replay(struct dg *g, const struct lr_selection *sel)
{
	struct lr_error err = {{0}};
	struct lr_source *s = dr_open(g->file, g->size, &err);
	assert_non_null(s);
	struct lr_tally *t = lr_tally_new(sel, &lr_limits_default);
	lr_replay_source(s, t, NULL, NULL);
	lr_source_close(s);
	dg_free(g);
	return t;
}

static struct lr_tally *replay_by_region(struct dg *g)
{
	struct lr_selection sel = lr_selection_all;
	sel.by_region = true;
	return replay(g, &sel);
}

static void compare(const struct lr_tally *t, const struct plain *p)
{
	uint64_t made = 0, live = 0;
	assert_int_equal(t->regions.paths_used, p->paths + 1);
	assert_int_equal(t->regions.parts_used, p->paths + 1);
	for (int i = 0; i < p->paths; i++) {
		uint32_t path = find_path(&t->regions, p->path[i].names);
		const struct lr_part *part = &t->regions.parts[1];
		while (part->region != path)
			part++;
		assert_memory_equal(&part->entries, &p->path[i].of, sizeof(part->entries));
	}
	for (size_t i = 0; i < t->cells_used; i++) {
		made += t->cells[i].counts.allocations;
		live += t->cells[i].counts.live_blocks;
	}
	assert_int_equal(made, t->total.allocations);
	for (int i = 0; i < SLOTS; i++)
		live -= p->slot[i].live;
	assert_int_equal(live, 0);
}

static void random_histories(void **state)
{
	struct plain *p = malloc(sizeof(*p));
	(void)state;
	assert_non_null(p);
	for (unsigned seed = 0; seed < 60; seed++) {
		struct dg g;
		int open = 0;
		uint64_t astray = 0;
		srand(seed);
		memset(p, 0, sizeof(*p));
		p->now = -1;
		dg_init(&g, 0, 0);
		for (int i = 0; i < SLOTS; i++)
			p->slot[i].entry = -1;
		for (int i = rand() % 6000; i > 0; i--)
			if (rand() % 5)
				random_block(&g, p);
			else
				random_region(&g, p, &open, &astray);
		while (p->now >= 0)
			plain_end(p, NOT_ENDED);
		dg_finish(&g, 0);
		struct lr_tally *t = replay_by_region(&g);
		assert_int_equal(t->regions.unbalanced.without_begin, astray);
		compare(t, p);
		lr_tally_free(t);
	}
	free(p);
}

/* Each thread has regions of its own; a block's release by another is seen by its maker's. */
static void threads_have_their_own(void **state)
{
	struct dg g;
	(void)state;
	dg_init(&g, 0, 0);
	region(&g, LTF_RES_REGION_BEGIN, 1);
	g.numbered = true;
	dg_alloc(&g, 0x1000, 10, 1, LTF_API_MALLOC);
	g.now = 2;
	dg_alloc(&g, 0x2000, 20, 1, LTF_API_MALLOC); /* in no region */
	region(&g, LTF_RES_REGION_END, 1);           /* the other thread's */
	region(&g, LTF_RES_REGION_END, 7);           /* nobody's */
	region(&g, LTF_RES_REGION_BEGIN, 2);
	dg_release(&g, LTF_W_FREE, 0x1000, LTF_API_MALLOC);
	dg_alloc(&g, 0x1000, 30, 1, LTF_API_MALLOC);
	region(&g, LTF_RES_REGION_END, 2);
	g.now = 1;
	dg_release(&g, LTF_W_FREE, 0x2000, LTF_API_MALLOC);
	dg_alloc(&g, 0x2000, 40, 1, LTF_API_MALLOC);
	region(&g, LTF_RES_REGION_END, 1);
	region(&g, LTF_RES_REGION_BEGIN, 2);
	dg_finish(&g, 0);
	struct lr_tally *t = replay_by_region(&g);
	const struct lr_regions *r = &t->regions;
	assert_int_equal(r->unbalanced.elsewhere, 1);
	assert_int_equal(r->unbalanced.without_begin, 2);
	assert_int_equal(r->parts[2].entries.not_ended, 1);
	assert_int_equal(r->parts_used, 3);
	assert_int_equal(r->parts[1].entries.sum[1], 50);
	assert_int_equal(r->parts[1].entries.left[0], 1); /* the other thread released one */
	assert_int_equal(r->parts[1].entries.most_live, 40);
	assert_int_equal(r->parts[2].entries.begun, 2);
	assert_int_equal(r->parts[2].entries.ended, 1);
	assert_int_equal(r->parts[2].entries.sum[1], 30);
	assert_int_equal(r->events, 7);
	lr_tally_free(t);
}

/* Entries that are inherited over a fork are no entries of this process. */
static void inherited(void **state)
{
	struct dg g;
	uint64_t args[2] = {1, 1};
	(void)state;
	dg_init(&g, 0, 0);
	dg_res(&g, LTF_RES_REGION_BEGIN, 0, 2, args);
	dg_alloc(&g, 0x1000, 10, 1, LTF_API_MALLOC);
	region(&g, LTF_RES_REGION_BEGIN, 1); /* within itself */
	region(&g, LTF_RES_REGION_END, 1);
	region(&g, LTF_RES_REGION_END, 1);
	region(&g, LTF_RES_REGION_BEGIN, 1);
	region(&g, LTF_RES_REGION_END, 1);
	dg_finish(&g, 0);
	struct lr_tally *t = replay_by_region(&g);
	const struct lr_entries *e = &t->regions.parts[1].entries;
	assert_int_equal(e->begun, 1);
	assert_int_equal(e->again, 1);
	assert_int_equal(e->inherited, 1);
	assert_int_equal(e->ended, 1);
	assert_int_equal(e->most[0], 0);
	assert_int_equal(t->cells[1].counts.allocations, 1);
	assert_int_equal(t->cells[1].region, 1);
	lr_tally_free(t);
}

static void name(struct dg *g, unsigned type, uint64_t number, const char *text)
{
	uint8_t buf[600], *p = ltf_put(buf, number);
	memcpy(p, text, strlen(text));
	dg_blob(g, type, buf, (size_t)(p - buf) + strlen(text));
}

static void names(void **state)
{
	struct dg g;
	char text[500];
	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	dg_init(&g, 0, 0);
	region(&g, LTF_RES_REGION_BEGIN, 5);
	name(&g, LTF_BLOB_NAME, 5, "parse");
	name(&g, LTF_BLOB_NAME, 5, "changed");
	name(&g, LTF_BLOB_NAME, 6, text);
	dg_named(&g, 1, 77, "kernels");
	name(&g, LTF_BLOB_CALLED, 1, "first");
	name(&g, LTF_BLOB_CALLED, 1, "worker");
	dg_named(&g, 1, 77, "renamed");
	dg_named(&g, 2, 78, "kernels");
	name(&g, LTF_BLOB_CALLED, 2, "second");
	name(&g, LTF_BLOB_CALLED, 2, "");
	dg_finish(&g, 0);
	struct lr_tally *t = replay_by_region(&g);
	assert_string_equal(lr_regions_text(&t->regions, 5), "parse");
	assert_int_equal(strlen(lr_regions_text(&t->regions, 6)), 256);
	assert_null(lr_regions_text(&t->regions, 7));
	assert_string_equal(t->threads[1].called, "worker");
	assert_string_equal(t->threads[1].name, "renamed");
	assert_null(t->threads[2].called);
	assert_int_equal(t->missed.damaged_events, 0);
	lr_tally_free(t);
}

/* Where a dump asks for more than is kept, the rest is told. */
static void too_much(void **state)
{
	struct dg g;
	(void)state;
	dg_init(&g, 0, 0);
	for (uint32_t i = 0; i < 10000; i++) {
		region(&g, LTF_RES_REGION_BEGIN, i + 1);
		dg_alloc(&g, 0x10000 + i * 64, 1, 1, LTF_API_MALLOC);
	}
	for (uint32_t i = 0; i < 10000; i++)
		region(&g, LTF_RES_REGION_END, 10000 - i);
	for (uint32_t i = 0; i < 100000; i++) {
		region(&g, LTF_RES_REGION_BEGIN, i + 20000);
		dg_alloc(&g, 0x1000000 + i * 64, 1, 1, LTF_API_MALLOC);
		region(&g, LTF_RES_REGION_END, 0);
	}
	dg_finish(&g, 0);
	struct lr_tally *t = replay_by_region(&g);
	const struct lr_regions *r = &t->regions;
	assert_int_equal(r->unbalanced.too_deep, 10000 - LR_REGIONS_DEEP);
	assert_int_equal(
		r->unbalanced.too_many, 100000 - (lr_limits_default.regions - LR_REGIONS_DEEP));
	assert_int_equal(r->unbalanced.without_begin, 0);
	assert_int_equal(r->paths_used, lr_limits_default.regions + 1);
	assert_int_equal(r->parts[1].entries.sum[0], 10000);
	assert_int_equal(r->parts[LR_REGIONS_DEEP].entries.sum[0], 10000 - LR_REGIONS_DEEP + 1);
	lr_tally_free(t);
}

static void marks(void **state)
{
	struct lr_selection sel = lr_selection_all;
	(void)state;
	for (int spans = 0; spans < 2; spans++) {
		struct dg g;
		dg_init(&g, 0, 0);
		dg_alloc(&g, 0x1000, 1, 1, LTF_API_MALLOC);
		region(&g, LTF_RES_MARK, 1);
		dg_alloc(&g, 0x2000, 10, 1, LTF_API_MALLOC);
		dg_time(&g, 5000);
		region(&g, LTF_RES_MARK, 2);
		dg_alloc(&g, 0x3000, 100, 1, LTF_API_MALLOC);
		dg_release(&g, LTF_W_FREE, 0x1000, LTF_API_MALLOC);
		region(&g, LTF_RES_MARK, 1);
		dg_alloc(&g, 0x4000, 1000, 1, LTF_API_MALLOC);
		dg_finish(&g, 0);
		sel.moments = !spans;
		sel.mark[0] = 1;
		sel.mark[1] = 3;
		sel.moment[1] = UINT64_MAX;
		struct lr_tally *t = replay(&g, &sel);
		assert_int_equal(t->regions.marks_used, 3);
		assert_int_equal(t->regions.marks[1].name, 2);
		assert_int_equal(t->regions.marks[1].time, 5000);
		if (spans) {
			assert_int_equal(t->total.allocated_bytes, 110);
		} else {
			assert_int_equal(t->regions.marks[2].live_bytes, 110);
			assert_int_equal(t->held[0][1].bytes, 1);
			assert_int_equal(t->held[1][1].bytes, 110);
		}
		lr_tally_free(t);
	}
	struct dg g;
	dg_init(&g, 0, 0);
	dg_alloc(&g, 0x1000, 1, 1, LTF_API_MALLOC);
	dg_finish(&g, 0);
	struct lr_tally *t = replay(&g, &sel); /* the marks never come */
	assert_int_equal(t->total.allocations, 0);
	lr_tally_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_histories),
		cmocka_unit_test(threads_have_their_own),
		cmocka_unit_test(inherited),
		cmocka_unit_test(names),
		cmocka_unit_test(too_much),
		cmocka_unit_test(marks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
