/* Chains from holders to blocks: the shortest, by the definition; and what they have in common. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "tools/model/chains.h"

enum { BLOCKS = 1000, EDGES = 4000, HOLDERS = 4 };

static uint64_t seed;

static uint32_t any(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((unsigned __int128)seed * below >> 64);
}

static uint32_t first[BLOCKS + 1], to[EDGES], offset[EDGES];
static struct lr_graph graph = {.first = first, .to = to, .offset = offset, .whole = true};
static bool passing[HOLDERS], wanted[BLOCKS];
static struct lr_hold hold[EDGES];
static struct lr_holders holders = {.holders = HOLDERS, .passing = passing, .holds = hold};
static uint32_t sites[BLOCKS], edges;
static uint64_t sizes[BLOCKS];

static int begin(void **state)
{
	(void)state;
	memset(first, 0, sizeof(first));
	memset(passing, 0, sizeof(passing));
	memset(wanted, 0, sizeof(wanted));
	holders.holds_used = edges = graph.blocks = 0;
	return 0;
}

/* Edges of a block are added before the next block is. */
static uint32_t add_block(uint32_t site, uint64_t size)
{
	uint32_t i = graph.blocks++;
	sites[i] = site;
	sizes[i] = size;
	first[i] = first[i + 1] = edges;
	return i;
}

static void add_edge(uint32_t block, uint32_t at)
{
	to[edges] = block;
	offset[edges++] = at;
	first[graph.blocks] = edges;
}

static void add_hold(uint32_t holder, uint32_t block, uint64_t at)
{
	hold[holders.holds_used++] =
		(struct lr_hold){.holder = holder, .block = block, .offset = at};
}

static const struct lr_step *step_at(const struct lr_chains *c, uint32_t site)
{
	for (size_t i = 0; i < c->used; i++)
		if (c->steps[i].site == site)
			return &c->steps[i];
	fail_msg("no step at site %u", (unsigned)site);
	return NULL;
}

static void expect_span(struct lr_span s, uint64_t least, uint64_t most)
{
	assert_int_equal(s.least, least);
	assert_int_equal(s.most, most);
}

/* A table of 8 chains of 5 nodes with a value each: three steps. */
static void test_table(void **state)
{
	enum { CHAINS = 8, LENGTH = 5, TABLE = 1, NODE, VALUE };
	struct lr_ways w;
	struct lr_chains c;
	(void)state;
	add_block(TABLE, 64);
	for (uint32_t i = 0; i < CHAINS; i++)
		add_edge(1 + 2 * LENGTH * i, 8 * i);
	for (uint32_t i = 0; i < CHAINS * LENGTH; i++) {
		add_block(NODE, 32);
		if (i % LENGTH + 1 < LENGTH)
			add_edge(2 * i + 3, 16);
		add_edge(2 * i + 2, 24);
		wanted[add_block(VALUE, 100)] = true;
	}
	add_hold(2, 0, 40);
	lr_ways_find(&w, &graph, &holders, NULL);
	lr_chains_find(&c, &w, &graph, &holders, sites, sizes, wanted);
	assert_int_equal(c.used, 3);
	assert_int_equal(c.missed, 0);
	const struct lr_step *table = step_at(&c, TABLE), *node = step_at(&c, NODE),
			     *value = step_at(&c, VALUE);
	assert_int_equal(table->before, LR_WAY_NONE);
	assert_int_equal(value->holder, 2);
	expect_span(table->at, 40, 40);
	expect_span(node->at, 0, 8 * (CHAINS - 1));
	assert_true(node->again && !table->again && !value->again);
	expect_span(node->next, 16, 16);
	expect_span(value->at, 24, 24);
	assert_int_equal(node->sum.blocks, CHAINS * LENGTH);
	assert_int_equal(node->ends.blocks, 0);
	assert_int_equal(value->ends.blocks, CHAINS * LENGTH);
	assert_int_equal(value->ends.bytes, CHAINS * LENGTH * 100);
	lr_chains_free(&c);
	lr_ways_free(&w);
}

/* What two kinds of block take turns at is two steps. */
static void test_turns(void **state)
{
	struct lr_ways w;
	struct lr_chains c;
	(void)state;
	for (uint32_t i = 0; i < 100; i++) {
		wanted[add_block(1 + i % 2, 1)] = true;
		if (i < 99)
			add_edge(i + 1, 8);
	}
	add_hold(0, 0, 0);
	lr_ways_find(&w, &graph, &holders, NULL);
	lr_chains_find(&c, &w, &graph, &holders, sites, sizes, wanted);
	assert_int_equal(c.used, 2);
	assert_int_equal(step_at(&c, 1)->ends.blocks, 50);
	lr_chains_free(&c);
	lr_ways_free(&w);
}

static uint32_t far[BLOCKS]; /* steps from a holder */

static void measure(bool pass)
{
	bool more = true;
	for (size_t i = 0; i < holders.holds_used; i++)
		if (passing[hold[i].holder] == pass && far[hold[i].block] == LR_WAY_NONE)
			far[hold[i].block] = 0;
	while (more) {
		more = false;
		for (uint32_t i = 0; i < graph.blocks; i++)
			for (uint32_t k = first[i]; k < first[i + 1]; k++)
				if (far[i] != LR_WAY_NONE && far[to[k]] > far[i] + 1)
					more = (far[to[k]] = far[i] + 1) != 0;
	}
}

static void check_random(void)
{
	struct lr_ways w;
	struct lr_chains c;
	uint32_t n = 1 + any(60), asked = 0;
	for (uint32_t i = 0; i < n; i++) {
		add_block(any(5), any(100));
		for (uint32_t k = any(4); k > 0; k--)
			add_edge(any(n), 8 * any(10));
		asked += wanted[i] = any(2);
	}
	for (unsigned i = any(6); i > 0; i--)
		add_hold(any(HOLDERS), any(n), 8 * any(10));
	lr_ways_find(&w, &graph, &holders, NULL);
	memset(far, 0xff, sizeof(far));
	measure(false);
	for (uint32_t i = 0; i < n; i++) {
		if (far[i] == LR_WAY_NONE)
			continue;
		if (far[i] == 0)
			assert_int_equal(w.from[i], LR_WAY_HELD);
		else
			assert_int_equal(far[w.from[i]] + 1, far[i]);
	}
	lr_chains_find(&c, &w, &graph, &holders, sites, sizes, wanted);
	uint64_t found = 0;
	for (size_t i = 0; i < c.used; i++) {
		const struct lr_step *s = &c.steps[i];
		found += s->ends.blocks;
		assert_true(s->before == LR_WAY_NONE || s->before < i);
		assert_int_equal(sites[s->block], s->site);
		assert_true(s->sum.blocks >= s->ends.blocks && s->sum.blocks > 0);
	}
	assert_int_equal(found + c.missed, asked);
	lr_chains_free(&c);
	lr_ways_free(&w);
}

static void test_random(void **state)
{
	for (uint64_t number = 0; number < 5000; number++) {
		begin(state);
		seed = number * 0x9e3779b97f4a7c15ull | 1;
		check_random();
	}
}

static void test_left_out(void **state)
{
	struct lr_ways w;
	const bool left_out[HOLDERS] = {[1] = true};
	(void)state;
	add_block(1, 1);
	add_edge(1, 0);
	add_block(2, 1);
	add_hold(1, 1, 0);
	add_hold(3, 0, 0);
	passing[3] = true;
	lr_ways_find(&w, &graph, &holders, NULL);
	assert_int_equal(w.from[1], LR_WAY_HELD);
	lr_ways_free(&w);
	lr_ways_find(&w, &graph, &holders, left_out);
	assert_int_equal(w.from[1], 0);
	lr_ways_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_table, begin),
		cmocka_unit_test_setup(test_turns, begin),
		cmocka_unit_test_setup(test_random, begin),
		cmocka_unit_test_setup(test_left_out, begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
