/* The replay beside a plain model of the heap, on random histories. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "format/chunk.h"
#include "tests/unit/dumpread.h"

enum { SLOTS = 400, SITES = 20, THREADS = 8 };

/* The plain model: slot i stands for one address. */
struct plain {
	struct {
		bool live;
		uint64_t size;
		uint32_t site;
	} slot[SLOTS];
	uint64_t allocations, frees, bytes, temporary, live_bytes, live_blocks, peak, peak_blocks;
	uint64_t site_live[SITES + 1], site_peak[SITES + 1], site_allocs[SITES + 1];
	bool no_reallocs;
	int last[THREADS + 1]; /* slot of the thread's latest allocation, -1 none */
};

static uint64_t address(int slot)
{
	/* A few neighbours in each region, and regions far apart. */
	return 0x7f0000000000 + (uint64_t)(slot / 8) * 0x12345000 + (uint64_t)(slot % 8) * 64;
}

static void plain_alloc(struct plain *p, uint32_t thread, int slot, uint64_t size, uint32_t site)
{
	p->slot[slot].live = true;
	p->slot[slot].size = size;
	p->slot[slot].site = site;
	p->allocations++;
	p->bytes += size;
	p->live_bytes += size;
	p->live_blocks++;
	p->site_live[site] += size;
	p->site_allocs[site]++;
	p->last[thread] = slot;
	if (p->live_bytes > p->peak) {
		p->peak = p->live_bytes;
		p->peak_blocks = p->live_blocks;
		memcpy(p->site_peak, p->site_live, sizeof(p->site_peak));
	}
}

static void plain_free(struct plain *p, uint32_t thread, int slot)
{
	p->slot[slot].live = false;
	p->frees++;
	p->live_bytes -= p->slot[slot].size;
	p->live_blocks--;
	p->site_live[p->slot[slot].site] -= p->slot[slot].size;
	if (p->last[thread] == slot)
		p->temporary++;
	for (int t = 0; t <= THREADS; t++)
		if (p->last[t] == slot)
			p->last[t] = -1;
}

static int pick(const struct plain *p, bool live)
{
	for (int tries = 0; tries < 50; tries++) {
		int slot = rand() % SLOTS;
		if (p->slot[slot].live == live)
			return slot;
	}
	return -1;
}

/* A realloc that moves, stays or fails. In between, another thread may be handed the address. */
static void random_realloc(struct dg *g, struct plain *p)
{
	int from = pick(p, true), to = pick(p, false);
	uint32_t site = 1 + (uint32_t)rand() % SITES;
	uint64_t size = (uint64_t)rand() % 5000;
	if (from < 0 || to < 0)
		return;
	dg_release(g, LTF_W_RELEASE, address(from), LTF_API_REALLOC);
	switch (rand() % 3) {
	case 0:
		dg_release(g, LTF_W_RESTORE, address(from), LTF_API_REALLOC);
		return;
	case 1:
		to = from;
		break;
	}
	plain_free(p, g->now, from);
	plain_alloc(p, g->now, to, size, site);
	dg_alloc(g, address(to), size, site, LTF_API_REALLOC);
}

static void random_step(struct dg *g, struct plain *p)
{
	int slot = pick(p, rand() % 2);
	if (slot < 0)
		return;
	if (rand() % 10 == 0 && !p->no_reallocs) {
		random_realloc(g, p);
	} else if (p->slot[slot].live) {
		plain_free(p, g->now, slot);
		dg_release(g, LTF_W_FREE, address(slot), LTF_API_MALLOC);
	} else {
		uint64_t size = rand() % 50 ? (uint64_t)rand() % 3000 : 1ULL << (20 + rand() % 23);
		uint32_t site = 1 + (uint32_t)rand() % SITES;
		plain_alloc(p, g->now, slot, size, site);
		dg_alloc(g, address(slot), size, site, LTF_API_MALLOC);
	}
}

static void begin(struct dg *g, struct plain *p, bool ring)
{
	dg_init(g, 1 << 16, ring ? 70 : 0);
	memset(p, 0, sizeof(*p));
	for (int t = 0; t <= THREADS; t++)
		p->last[t] = -1;
	for (uint32_t i = 1; i <= SITES; i++)
		dg_node(g, i, i / 3, 0x1000 + i * 16, 0, 0);
}

static void compare_counts(const struct lr_tally *t, const struct plain *p)
{
	assert_int_equal(t->total.allocations, p->allocations);
	assert_int_equal(t->total.frees, p->frees);
	assert_true(t->total.allocated_bytes == p->bytes);
	assert_int_equal(t->total.live_blocks, p->live_blocks);
	assert_true(t->total.live_bytes == p->live_bytes);
	assert_int_equal(t->missed.frees_of_unknown, 0);
	assert_int_equal(t->missed.overlaps, 0);
	assert_int_equal(t->missed.gaps, 0);
	assert_int_equal(t->missed.disordered, 0);
	for (size_t i = 0; i < t->cells_used; i++) {
		uint32_t site = t->cells[i].site;
		assert_int_equal(t->cells[i].counts.allocations, site ? p->site_allocs[site] : 0);
		assert_true(t->cells[i].counts.live_bytes == (site ? p->site_live[site] : 0));
	}
}

static void compare_peak(const struct lr_tally *t, const struct plain *p)
{
	assert_true(t->total.peak_bytes == p->peak);
	assert_int_equal(t->total.peak_blocks, p->peak_blocks);
	for (size_t i = 0; i < t->cells_used; i++) {
		uint32_t site = t->cells[i].site;
		if (site)
			assert_true(t->cells[i].counts.peak_bytes == p->site_peak[site]);
	}
}

static void one_thread_is_exact(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 40; seed++) {
		struct dg g;
		struct plain p;
		srand(seed);
		begin(&g, &p, true);
		for (int i = rand() % 8000; i > 0; i--) {
			random_step(&g, &p);
			if (rand() % 500 == 0)
				dg_drain(&g, 1);
			if (rand() % 1000 == 0)
				dg_seal(&g);
		}
		if (seed % 2)
			dg_finish(&g, 0);
		else
			dg_leave(&g);
		struct lr_tally *t = dr_replay(g.file, g.size, NULL);
		compare_counts(t, &p);
		compare_peak(t, &p);
		assert_int_equal(t->total.temporary, p.temporary);
		lr_tally_free(t);
		dg_free(&g);
	}
}

/* Puts the chunks of a finished dump into another order, all but the last. */
static void shuffle_chunks(struct dg *g)
{
	size_t at[4096], len[4096], n = 0, out = LTF_HEADER_SIZE;
	struct ltf_chunk c;
	for (size_t pos = LTF_HEADER_SIZE; pos < g->pos && n < 4096; pos += len[n++]) {
		memcpy(&c, g->file + pos, sizeof(c));
		assert_int_equal(c.magic, LTF_CHUNK_MAGIC);
		at[n] = pos;
		len[n] = ltf_chunk_span(&c);
	}
	uint8_t *copy = malloc(g->size);
	assert_non_null(copy);
	memcpy(copy, g->file, g->size);
	for (size_t i = 0; i + 1 < n; i++) {
		size_t k = i + (size_t)rand() % (n - 1 - i), t = at[i], l = len[i];
		at[i] = at[k], len[i] = len[k];
		at[k] = t, len[k] = l;
	}
	for (size_t i = 0; i < n; out += len[i++])
		memcpy(g->file + out, copy + at[i], len[i]);
	free(copy);
}

/* Several threads, true order by the numbers; runs come to the stream in any order. */
static void threads_history(struct dg *g, struct plain *p, int steps, int drain_one_in)
{
	for (int i = 0; i < steps; i++) {
		g->now = 1 + (uint32_t)(rand() % THREADS);
		random_step(g, p);
		if (rand() % drain_one_in == 0)
			dg_drain(g, 1 + (uint32_t)(rand() % THREADS));
		if (rand() % drain_one_in == 0)
			dg_seal(g);
	}
}

static void threads_are_merged(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 60; seed++) {
		struct dg g;
		struct plain p;
		srand(seed);
		begin(&g, &p, seed % 3 == 0);
		/* A realloc's halves are paired by their thread's order, which the shuffle breaks;
		 * events without numbers have no other order either. */
		p.no_reallocs = seed % 3 == 2;
		for (int i = p.no_reallocs ? 0 : rand() % 500; i > 0; i--)
			random_step(&g, &p);
		g.numbered = true;
		threads_history(&g, &p, rand() % 10000, 1 + rand() % 300);
		if (seed % 3 == 0)
			dg_leave(&g);
		else
			dg_finish(&g, 0);
		if (seed % 3 == 2)
			shuffle_chunks(&g);
		struct lr_tally *t = dr_replay(g.file, g.size, NULL);
		compare_counts(t, &p);
		if (seed % 3 != 2)
			assert_int_equal(t->total.temporary, p.temporary);
		lr_tally_free(t);
		dg_free(&g);
	}
}

/* A handler's events come between the taking of a number and the event, which then takes another.
 */
static void handlers_come_between(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 40; seed++) {
		struct dg g;
		struct plain p;
		srand(seed);
		begin(&g, &p, true);
		g.numbered = true;
		for (int i = 0; i < 300; i++) {
			int slot = pick(&p, false);
			g.now = 1 + (uint32_t)(rand() % THREADS);
			if (slot < 0)
				continue;
			uint32_t number = dg_take(&g, address(slot));
			uint32_t outer = g.now;
			threads_history(&g, &p, rand() % 20, 30);
			g.now = outer;
			dg_withdraw(&g, address(slot), number, 1 + rand() % 3);
			if (p.slot[slot].live)
				continue;
			plain_alloc(&p, g.now, slot, 100, 1);
			dg_alloc(&g, address(slot), 100, 1, LTF_API_MALLOC);
			threads_history(&g, &p, rand() % 20, 30);
		}
		dg_finish(&g, 0);
		struct lr_tally *t = dr_replay(g.file, g.size, NULL);
		compare_counts(t, &p);
		assert_int_equal(t->missed.gaps, 0);
		assert_int_equal(t->missed.frees_of_unknown, 0);
		assert_int_equal(t->missed.overlaps, 0);
		lr_tally_free(t);
		dg_free(&g);
	}
}

/* Numbers that were taken by calls which never completed do not stop the rest. */
static void gaps_are_counted(void **state)
{
	(void)state;
	struct dg g;
	struct plain p;
	srand(1);
	begin(&g, &p, true);
	g.numbered = true;
	threads_history(&g, &p, 1000, 100);
	for (int i = 0; i < 5; i++)
		dg_take(&g, address(i * 8));
	threads_history(&g, &p, 1000, 100);
	dg_leave(&g);
	struct lr_tally *t = dr_replay(g.file, g.size, NULL);
	assert_true(t->missed.gaps > 0 && t->missed.gaps <= 5);
	assert_int_equal(t->total.allocations, p.allocations);
	assert_int_equal(t->total.live_blocks, p.live_blocks);
	lr_tally_free(t);
	dg_free(&g);
}

static void reallocs_by_hand(void **state)
{
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	dg_alloc(&g, 0x1000, 10, 0, LTF_API_MALLOC);
	dg_release(&g, LTF_W_RELEASE, 0x1000, LTF_API_REALLOC);
	/* a handler's own realloc stands within */
	dg_alloc(&g, 0x2000, 5, 0, LTF_API_MALLOC);
	dg_release(&g, LTF_W_RELEASE, 0x2000, LTF_API_REALLOC);
	dg_alloc(&g, 0x3000, 6, 0, LTF_API_REALLOC);
	dg_release(&g, LTF_W_RESTORE, 0x1000, LTF_API_REALLOC);
	dg_release(&g, LTF_W_RELEASE, 0x3000, LTF_API_REALLOC); /* still open at the end */
	dg_finish(&g, 0);
	struct lr_tally *t = dr_replay(g.file, g.size, NULL);
	assert_int_equal(t->total.allocations, 3);
	assert_int_equal(t->total.frees, 1);
	assert_int_equal(t->total.live_blocks, 2);
	assert_int_equal(t->total.live_bytes, 16);
	assert_int_equal(t->reallocations, 1);
	assert_int_equal(t->missed.open_reallocs, 1);
	assert_int_equal(t->total.temporary, 1);
	lr_tally_free(t);
	dg_free(&g);
}

static void unknown_and_overlapping(void **state)
{
	(void)state;
	for (int fork = 0; fork < 2; fork++) {
		struct dg g;
		dg_init(&g, 0, 0);
		g.header.origin = fork ? LTF_ORIGIN_FORK : LTF_ORIGIN_FIRST;
		dg_release(&g, LTF_W_FREE, 0x9000, LTF_API_MALLOC);
		dg_alloc(&g, 0x1000, 10, 0, LTF_API_MALLOC);
		dg_alloc(&g, 0x1000, 20, 0, LTF_API_MALLOC);
		dg_finish(&g, 0);
		struct lr_tally *t = dr_replay(g.file, g.size, NULL);
		assert_int_equal(t->missed.frees_of_inherited, fork);
		assert_int_equal(t->missed.frees_of_unknown, !fork);
		assert_int_equal(t->missed.overlaps, 1);
		assert_int_equal(t->total.live_bytes, 20);
		assert_int_equal(t->total.peak_bytes, 20);
		lr_tally_free(t);
		dg_free(&g);
	}
}

static void temporary_is_by_thread(void **state)
{
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	dg_alloc(&g, 0x1000, 1, 0, LTF_API_MALLOC);
	g.numbered = true;
	g.now = 2;
	dg_release(&g, LTF_W_FREE, 0x1000, LTF_API_MALLOC); /* another thread's */
	dg_alloc(&g, 0x1000, 1, 0, LTF_API_MALLOC);
	g.now = 1;
	dg_release(&g, LTF_W_FREE, 0x1000, LTF_API_MALLOC); /* not its own, though its address */
	dg_alloc(&g, 0x2000, 1, 0, LTF_API_MALLOC);
	g.now = 2;
	dg_alloc(&g, 0x3000, 1, 0, LTF_API_MALLOC);
	g.now = 1;
	dg_release(&g, LTF_W_FREE, 0x2000, LTF_API_MALLOC); /* temporary: own, and none since */
	dg_finish(&g, 0);
	struct lr_tally *t = dr_replay(g.file, g.size, NULL);
	assert_int_equal(t->total.frees, 3);
	assert_int_equal(t->total.temporary, 1);
	lr_tally_free(t);
	dg_free(&g);
}

static void resources_open_and_close(void **state)
{
	(void)state;
	struct dg g;
	dg_init(&g, 0, 0);
	dg_res(&g, LTF_RES_THREAD_CREATE, 1, 2, (uint64_t[]){0x10, 0});
	dg_res(&g, LTF_RES_THREAD_CREATE, 1, 2, (uint64_t[]){0x20, 1});
	dg_res(&g, LTF_RES_THREAD_CREATE, 1, 2, (uint64_t[]){0x30, 0});
	dg_res(&g, LTF_RES_THREAD_JOIN, 0, 1, (uint64_t[]){0x10});
	dg_res(&g, LTF_RES_TIMER_CREATE, 2, 4, (uint64_t[]){0, 1, 2, 3});
	dg_res(&g, LTF_RES_MMAP, 3, 3, (uint64_t[]){0x100000, 0x5000, 0});
	dg_res(&g, LTF_RES_MUNMAP, 0, 2, (uint64_t[]){0x100000, 0x1000});
	dg_res(&g, LTF_RES_MREMAP, 0, 4, (uint64_t[]){0x101000, 0x4000, 0x900000, 0x8000});
	dg_finish(&g, 0);
	struct lr_tally *t = dr_replay(g.file, g.size, NULL);
	assert_int_equal(t->resources.used, 3);
	assert_int_equal(t->resources.cells[0].created, 3);
	assert_int_equal(t->resources.cells[0].released, 2);
	assert_int_equal(t->resources.cells[0].open, 1);
	assert_int_equal(t->resources.cells[1].open, 1);
	assert_int_equal(t->resources.cells[2].created, 1);
	assert_int_equal(t->resources.cells[2].open, 1);
	assert_int_equal(t->resources.cells[2].open_bytes, 0x8000);
	lr_tally_free(t);
	dg_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_thread_is_exact),
		cmocka_unit_test(threads_are_merged),
		cmocka_unit_test(handlers_come_between),
		cmocka_unit_test(gaps_are_counted),
		cmocka_unit_test(reallocs_by_hand),
		cmocka_unit_test(unknown_and_overlapping),
		cmocka_unit_test(temporary_is_by_thread),
		cmocka_unit_test(resources_open_and_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
