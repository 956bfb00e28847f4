/* What points to what: random heaps, beside the definition; and the encoding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "format/graph.h"
#include "lib/scan_graph.h"
#include "tests/unit/scan_random.h"

enum { EDGES = 1 << 16, WORDS = 3 };

static uint8_t room[4096];
static struct ltf_graph_edge found[EDGES];
static uint32_t found_used;
static unsigned bodies, lasts, enough;
static struct lt_scan_word words[WORDS];

static bool take(void *context, size_t len, bool last)
{
	const uint8_t *p = room, *end = room + len;
	struct ltf_graph_state s = {0};

	assert_ptr_equal(context, room);
	assert_int_equal(lasts, 0);
	bodies++;
	lasts += last;
	while (p < end) {
		assert_true(found_used < EDGES);
		p = ltf_graph_get(&s, p, end, &found[found_used++]);
		assert_non_null(p);
	}
	assert_int_equal(s.goes_on, 0);
	return bodies != enough;
}

static void run_graph(size_t size)
{
	struct lt_scan_graph g = {.room = room, .size = size, .take = take, .context = room};

	scan.words = words;
	scan.n_words = WORDS;
	run();
	uint64_t words_read = scan.words_read, pointers = scan.pointers;
	found_used = 0;
	bodies = lasts = 0;
	lt_scan_graph(&scan, &g);
	assert_int_equal(lasts, enough ? 0 : 1);
	assert_int_equal(words_read, scan.words_read);
	assert_int_equal(pointers, scan.pointers);
	if (!enough)
		assert_int_equal(g.edges, found_used);
}

static bool is_lost(uint32_t i)
{
	return block[i].verdict == LT_SCAN_DEFINITE || block[i].verdict == LT_SCAN_INDIRECT;
}

/* Where the next edge is expected among those found. */
static uint32_t at_edge;

/* The pointer at p, in what is said: it must be told, unless it does not matter. Repeated ones may
 * be. */
static void expect_pointer(uint32_t kind, uint32_t from, uintptr_t start, uintptr_t p)
{
	static uint32_t told[BLOCKS]; /* the last block from which it was, plus 1 */
	bool exact;
	int to = pointed(*(const uintptr_t *)p, &exact);

	if (kind != LTF_GRAPH_BLOCK || p == start)
		memset(told, 0, sizeof(told));
	if (to < 0 || (kind == LTF_GRAPH_BLOCK && (uint32_t)to == from))
		return;
	if (kind == LTF_GRAPH_BLOCK && is_lost(from) && !is_lost((uint32_t)to))
		return;
	if (block[to].verdict == LT_SCAN_REACHABLE && !exact)
		return;
	const struct ltf_graph_edge *e = &found[at_edge];
	bool is = at_edge < found_used && e->kind == kind && e->from == from &&
		  e->to == (uint32_t)to && e->offset == p - start;
	if (!is && kind == LTF_GRAPH_BLOCK && told[to] == from + 1)
		return;
	if (!is)
		fail_msg("the pointer at %zu of %u %u to %d is missing", (size_t)(p - start),
			(unsigned)kind, (unsigned)from, to);
	told[to] = from + 1;
	at_edge++;
}

static void check_edges(void)
{
	at_edge = 0;
	for (uint32_t i = 0; i < WORDS; i++)
		expect_pointer(
			LTF_GRAPH_WORD, i, (uintptr_t)&words[i].value, (uintptr_t)&words[i].value);
	for (uint32_t r = 0; r < ROOTS; r++)
		expect_pointer(LTF_GRAPH_ROOT, 0, (uintptr_t)root_word, (uintptr_t)&root_word[r]);
	for (uint32_t i = 0; i < scan.n_blocks; i++) {
		uintptr_t p = (block[i].addr + 7) & ~(uintptr_t)7;
		for (; p + 8 <= block[i].addr + block[i].size; p += 8)
			expect_pointer(LTF_GRAPH_BLOCK, i, block[i].addr, p);
	}
	assert_int_equal(at_edge, found_used);
}

static void random_graph(uint64_t number, uint32_t n, size_t size)
{
	seed = number * 0x9e3779b97f4a7c15ull | 1;
	random_heap(n);
	for (unsigned i = 0; i < WORDS; i++)
		words[i] = (struct lt_scan_word){.value = any(2) ? any_pointer(n, 30) : 0};
	run_graph(size);
	check_edges();
}

static void test_random(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < 3000; number++)
		random_graph(
			number, 1 + number % 40, number % 2 ? sizeof(room) : LT_SCAN_GRAPH_LEAST);
	for (uint64_t number = 0; number < 12; number++)
		random_graph(number, BLOCKS, 256);
}

/* The heuristics' pointers count like those to a start. */
static void test_heuristics(void **state)
{
	(void)state;
	add(0, 64);
	add(128, 48);
	put(128, 40); /* the length of what follows */
	root_word[0] = at(0);
	root_word[1] = at(128);
	put(8, at(136));
	put(16, at(144)); /* merely inside */
	scan.heuristics = LT_SCAN_HEURISTICS;
	run_graph(sizeof(room));
	assert_int_equal(found_used, 3);
	assert_int_equal(found[2].from, 0);
	assert_int_equal(found[2].to, 1);
	assert_int_equal(found[2].offset, 8);
}

static void test_enough(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROOTS * 16; i++)
		add(i * 64, 64);
	for (size_t i = 0; i < HEAP / 64 && i < scan.n_blocks * 8; i++)
		put(i * 8, at((i * 13 % scan.n_blocks) * 64));
	enough = 2;
	run_graph(LT_SCAN_GRAPH_LEAST);
	enough = 0;
	assert_int_equal(bodies, 2);
}

static void test_nothing(void **state)
{
	(void)state;
	run_graph(sizeof(room));
	assert_int_equal(found_used, 0);
	assert_int_equal(bodies, 1);
}

static uint64_t wide(void)
{
	return any(UINT64_MAX) >> any(64);
}

/* Whatever is put is got, and nothing behind it; a cut body is no edge. */
static void test_encoding(void **state)
{
	static struct ltf_graph_edge put_edges[64];
	uint8_t bytes[64 * LTF_GRAPH_EDGE_MAX];

	(void)state;
	seed = 5;
	for (unsigned round = 0; round < 20000; round++) {
		struct ltf_graph_state w = {0}, r = {0};
		struct ltf_graph_edge e = {0}, got;
		uint8_t *end = bytes;
		unsigned n = (unsigned)any(64), i;
		for (i = 0; i < n; i++) {
			bool same = i && any(2);
			if (!same && any(4) == 0 && e.kind < LTF_GRAPH_WORD)
				e = (struct ltf_graph_edge){.kind = e.kind + 1};
			else if (!same)
				e.from += 1 + (uint32_t)(wide() % (1u << 26)); /* 63 of them */
			e.offset = same ? e.offset + (wide() >> 4) % (1ull << 50) : wide() >> 12;
			e.to = (uint32_t)wide();
			put_edges[i] = e;
			end = ltf_graph_put(&w, end, &e);
		}
		const uint8_t *p = bytes, *before = p;
		for (i = 0; i < n; i++) {
			struct ltf_graph_state again = r;
			before = p;
			p = ltf_graph_get(&r, p, end, &got);
			assert_non_null(p);
			assert_memory_equal(&got, &put_edges[i], sizeof(got));
			assert_null(ltf_graph_get(&again, before, p - 1, &got));
		}
		assert_ptr_equal(p, end);
		assert_null(ltf_graph_get(&r, p, end, &got));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_random, begin, end),
		cmocka_unit_test_setup_teardown(test_heuristics, begin, end),
		cmocka_unit_test_setup_teardown(test_enough, begin, end),
		cmocka_unit_test_setup_teardown(test_nothing, begin, end),
		cmocka_unit_test(test_encoding),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
