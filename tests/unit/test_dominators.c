/* Dominators: random graphs beside the definition (take a node away, see what no way leads to any
 * more), and shapes on which searches go deep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "tools/model/dominators.h"

enum { NODES = 48, EDGES = 400, LONG = 300000 };

static uint64_t seed;

static uint32_t any(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((unsigned __int128)seed * below >> 64);
}

static uint32_t edge[EDGES][2], edges;
static uint32_t first[LONG + 2], to[3 * LONG];
static struct lr_digraph graph = {.first = first, .to = to};

static void lay_out(uint32_t n)
{
	uint32_t at = 0;

	graph.n = n;
	for (uint32_t i = 0; i < n; i++) {
		first[i] = at;
		for (uint32_t k = 0; k < edges; k++)
			if (edge[k][0] == i)
				to[at++] = edge[k][1];
	}
	first[n] = at;
}

/* Which nodes a way from 0 leads to that avoids one. */
static void reach(uint32_t without, bool *reached)
{
	bool more = without != 0;

	memset(reached, 0, NODES * sizeof(*reached));
	reached[0] = more;
	while (more) {
		more = false;
		for (uint32_t k = 0; k < edges; k++)
			if (reached[edge[k][0]] && !reached[edge[k][1]] && edge[k][1] != without)
				more = reached[edge[k][1]] = true;
	}
}

static void check_random(uint64_t number)
{
	static bool reached[NODES], left[NODES][NODES]; /* what is left without a node */
	uint64_t value[NODES], sum[NODES];
	struct lr_dominators d;
	uint32_t n = 1 + any(number % 3 ? 12 : NODES);

	edges = any(number % 2 ? 2 * n : EDGES);
	for (uint32_t k = 0; k < edges; k++) {
		edge[k][0] = any(n);
		edge[k][1] = any(n);
	}
	lay_out(n);
	lr_dominators_find(&d, &graph);
	reach(NODES, reached);
	for (uint32_t i = 0; i < n; i++) {
		reach(i, left[i]);
		value[i] = sum[i] = 1 + any(1000);
	}
	lr_dominators_sum(&d, sum);
	for (uint32_t i = 0; i < n; i++) {
		uint64_t gone = 0;
		for (uint32_t k = 0; k < n; k++)
			gone += reached[k] && !left[i][k] ? value[k] : 0;
		if (reached[i])
			assert_int_equal(sum[i], gone);
		assert_int_equal(d.above[i] != LR_NO_NODE, i && reached[i]);
		if (d.above[i] == LR_NO_NODE)
			continue;
		/* It dominates, and whatever else does dominates it. */
		assert_false(left[d.above[i]][i]);
		for (uint32_t k = 0; k < n; k++)
			if (k != i && reached[k] && !left[k][i])
				assert_false(left[k][d.above[i]]);
	}
	bool seen[NODES] = {false};
	for (uint32_t i = 0; i < d.reached; i++) {
		assert_true(i ? seen[d.above[d.order[i]]] : d.order[i] == 0);
		seen[d.order[i]] = true;
	}
	assert_memory_equal(seen, reached, n);
	lr_dominators_free(&d);
}

static void test_random(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < 20000; number++) {
		seed = number * 0x9e3779b97f4a7c15ull | 1;
		check_random(number);
	}
}

/* 0 -> 1 -> 2 .. and from each to the one `back` before. */
static void check_long(uint32_t back)
{
	struct lr_dominators d;
	uint32_t at = 0;

	graph.n = LONG;
	for (uint32_t i = 0; i < LONG; i++) {
		first[i] = at;
		if (i >= back)
			to[at++] = i - back;
		if (i + 1 < LONG)
			to[at++] = i + 1;
	}
	first[LONG] = at;
	lr_dominators_find(&d, &graph);
	assert_int_equal(d.reached, LONG);
	for (uint32_t i = 1; i < LONG; i++)
		assert_int_equal(d.above[i], i - 1);
	lr_dominators_free(&d);
}

/* Two ways along, which meet at each step: all hang at 0. */
static void check_ladder(void)
{
	struct lr_dominators d;
	uint32_t at = 0;

	graph.n = LONG;
	for (uint32_t i = 0; i < LONG; i++) {
		first[i] = at;
		for (uint32_t k = 1; k <= 2; k++)
			if (i + k < LONG)
				to[at++] = i + k;
	}
	first[LONG] = at;
	lr_dominators_find(&d, &graph);
	for (uint32_t i = 3; i < LONG; i++)
		assert_int_equal(d.above[i], 0);
	lr_dominators_free(&d);
}

static void test_long(void **state)
{
	(void)state;
	check_long(1);
	check_long(2);
	check_long(LONG / 2);
	check_ladder();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
