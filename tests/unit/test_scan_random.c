/* The judge of live blocks: many random heaps, beside models that are slow and obvious. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/scan_random.h"

/* What the model knows of a block. */
static struct known {
	bool edge[BLOCKS];  /* it points to, in whatever way */
	bool exact[BLOCKS]; /* ... to the start of */
	bool leads[BLOCKS]; /* ... in any number of steps, to */
	unsigned far; /* steps from a root, of the kind that counts; from the leader, if lost */
} known[BLOCKS];

static void learn_edges(void)
{
	memset(known, 0, sizeof(known));
	for (uint32_t i = 0; i < scan.n_blocks; i++) {
		uintptr_t p = (block[i].addr + 7) & ~(uintptr_t)7;
		for (; p + 8 <= block[i].addr + block[i].size; p += 8) {
			bool exact;
			int to = pointed(*(uintptr_t *)p, &exact);
			if (to < 0)
				continue;
			known[i].edge[to] = true;
			known[i].exact[to] |= exact;
		}
	}
}

static bool model_spread(unsigned char *v, unsigned char mark, bool exact_only, unsigned step)
{
	bool more = false;

	for (uint32_t i = 0; i < scan.n_blocks; i++) {
		if (v[i] != mark || known[i].far != step)
			continue;
		for (uint32_t k = 0; k < scan.n_blocks; k++) {
			if (v[k] == LT_SCAN_LOST &&
				(exact_only ? known[i].exact[k] : known[i].edge[k])) {
				v[k] = mark;
				known[k].far = step + 1;
				more = true;
			}
		}
	}
	return more;
}

static void model_roots(unsigned char *v)
{
	for (unsigned r = 0; r < ROOTS; r++) {
		bool exact;
		int to = pointed(root_word[r], &exact);
		if (to >= 0 && exact)
			v[to] = LT_SCAN_REACHABLE;
	}
	for (unsigned step = 0; model_spread(v, LT_SCAN_REACHABLE, true, step); step++)
		;
	unsigned char possible[BLOCKS] = {0};
	for (unsigned r = 0; r < ROOTS; r++) {
		bool exact;
		int to = pointed(root_word[r], &exact);
		if (to >= 0)
			possible[to] = 1;
	}
	for (uint32_t i = 0; i < scan.n_blocks; i++)
		for (uint32_t k = 0; v[i] == LT_SCAN_REACHABLE && k < scan.n_blocks; k++)
			possible[k] |= known[i].edge[k];
	for (uint32_t i = 0; i < scan.n_blocks; i++)
		if (possible[i] && v[i] == LT_SCAN_LOST)
			v[i] = LT_SCAN_POSSIBLE;
	for (unsigned step = 0; model_spread(v, LT_SCAN_POSSIBLE, false, step); step++)
		;
}

/* Of lost blocks one is definite if none leads to it to which it does not lead, and none of those
 * that lead to it was born before. */
static void model_lost(unsigned char *v)
{
	uint32_t n = scan.n_blocks;

	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < n; k++)
			known[i].leads[k] =
				v[i] == LT_SCAN_LOST && v[k] == LT_SCAN_LOST && known[i].edge[k];
	for (uint32_t m = 0; m < n; m++)
		for (uint32_t i = 0; i < n; i++)
			for (uint32_t k = 0; known[i].leads[m] && k < n; k++)
				known[i].leads[k] |= known[m].leads[k];
	for (uint32_t i = 0; i < n; i++) {
		if (v[i] != LT_SCAN_LOST)
			continue;
		v[i] = LT_SCAN_DEFINITE;
		for (uint32_t k = 0; k < n; k++)
			if (k != i && known[k].leads[i] &&
				(!known[i].leads[k] || block[k].birth < block[i].birth))
				v[i] = LT_SCAN_INDIRECT;
	}
}

/* The word that block i was found by points to it, and lies where it should. */
static void check_holder(uint32_t i, const unsigned char *v)
{
	struct lt_scan_holder h = lt_scan_holder(&scan, i);
	bool exact;

	if (v[i] == LT_SCAN_DEFINITE) {
		assert_int_equal(h.in, LT_SCAN_IN_NOTHING);
		return;
	}
	assert_int_equal(pointed(*(uintptr_t *)block[i].via, &exact), i);
	assert_int_equal(exact, block[i].by == LT_SCAN_BY_START);
	if (h.in == LT_SCAN_IN_ROOT) {
		assert_int_equal(block[i].via, (uintptr_t)root_word + h.offset);
		assert_true(v[i] == LT_SCAN_POSSIBLE || known[i].far == 0);
		return;
	}
	assert_int_equal(h.in, LT_SCAN_IN_BLOCK);
	assert_int_equal(block[i].via, block[h.index].addr + h.offset);
	assert_true(h.offset + 8 <= block[h.index].size);
	if (v[i] == LT_SCAN_REACHABLE)
		assert_int_equal(known[i].far, known[h.index].far + 1);
	else if (v[i] == LT_SCAN_POSSIBLE && v[h.index] == LT_SCAN_POSSIBLE)
		assert_int_equal(known[i].far, known[h.index].far + 1);
	else if (v[i] == LT_SCAN_INDIRECT)
		assert_int_equal(lt_scan_leader(&scan, h.index), lt_scan_leader(&scan, i));
}

/* From a lost block its holders lead to its leader in the fewest steps that it takes from any. */
static void check_leader(uint32_t i, const unsigned char *v)
{
	uint32_t k = i;

	for (uint32_t steps = 0; v[k] != LT_SCAN_DEFINITE; steps++) {
		assert_true(steps < scan.n_blocks);
		k = lt_scan_holder(&scan, k).index;
	}
	assert_int_equal(lt_scan_leader(&scan, i), k);
	bool cycle = false;
	for (uint32_t m = 0; m < scan.n_blocks; m++)
		cycle |= m != k && known[k].leads[m] && known[m].leads[k];
	assert_int_equal(!!(block[k].flags & LT_SCAN_CYCLE), cycle);
}

static void random_case(uint64_t number, uint32_t n)
{
	static unsigned char v[BLOCKS];

	seed = number * 0x9e3779b97f4a7c15ull | 1;
	random_heap(n);
	run();
	for (uint32_t i = 1; i < n; i++)
		assert_true(block[i - 1].addr < block[i].addr);
	learn_edges();
	memset(v, 0, sizeof(v));
	model_roots(v);
	model_lost(v);
	for (uint32_t i = 0; i < n; i++) {
		if (v[i] != block[i].verdict)
			fail_msg("heap %llu of %u: block %u is %u, was found %u",
				(unsigned long long)number, (unsigned)n, (unsigned)i,
				(unsigned)v[i], (unsigned)block[i].verdict);
		check_holder(i, v);
		if (v[i] == LT_SCAN_DEFINITE || v[i] == LT_SCAN_INDIRECT)
			check_leader(i, v);
	}
}

static void test_random_small(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < 6000; number++)
		random_case(number, 1 + number % 40);
}

static void test_random_large(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < 12; number++)
		random_case(number, BLOCKS);
}

/* Each block is found by its start, its inside and its end, and by nothing else. */
static void find_each(void)
{
	const struct lt_scan_block *b = scan.blocks;
	uint32_t n = scan.n_blocks;

	for (uint32_t i = 0; i < n; i++) {
		uintptr_t behind = b[i].addr + b[i].size;
		assert_int_equal(lt_scan_find(&scan, b[i].addr), i);
		if (b[i].size)
			assert_int_equal(lt_scan_find(&scan, b[i].addr + any(b[i].size)), i);
		if (i + 1 == n || b[i + 1].addr > behind)
			assert_int_equal(lt_scan_find(&scan, behind), i);
		if (i + 1 == n || b[i + 1].addr > behind + 1) {
			assert_int_equal(lt_scan_find(&scan, behind + 1), LT_SCAN_NO_BLOCK);
			uintptr_t gap = i + 1 == n ? 1000 : b[i + 1].addr - behind - 1;
			assert_int_equal(
				lt_scan_find(&scan, behind + 1 + any(gap)), LT_SCAN_NO_BLOCK);
		}
	}
	assert_int_equal(lt_scan_find(&scan, b[0].addr - 1), LT_SCAN_NO_BLOCK);
	assert_int_equal(lt_scan_find(&scan, 0), LT_SCAN_NO_BLOCK);
	assert_int_equal(lt_scan_find(&scan, UINTPTR_MAX), LT_SCAN_NO_BLOCK);
}

/* No block is read. */
static void skip_all(void)
{
	static const struct lt_scan_range everything = {.start = 0, .end = UINTPTR_MAX};

	scan.skip = (struct lt_scan_ranges){.range = &everything, .n = 1};
}

static void test_far_apart(void **state)
{
	(void)state;
	skip_all();
	for (unsigned round = 0; round < 400; round++) {
		seed = round * 0x9e3779b97f4a7c15ull | 1;
		uint32_t n = 1 + (uint32_t)any(BLOCKS);
		uint64_t most_gap = 1ull << any(38), most_size = 1ull << any(36);
		uintptr_t addr = 0x10000;
		for (scan.n_blocks = 0; scan.n_blocks < n; scan.n_blocks++) {
			uint64_t size = any(most_size);
			block[scan.n_blocks] = (struct lt_scan_block){.addr = addr, .size = size};
			addr += size + 1 + any(most_gap >> any(40));
		}
		run();
		find_each();
	}
}

enum { MANY = 60000 };

/* Small blocks close together, here and there, as allocators place them; some places begin with one
 * that is at an odd address. */
static void test_close_together(void **state)
{
	(void)state;
	scan.blocks = calloc(MANY, sizeof(*scan.blocks));
	assert_non_null(scan.blocks);
	skip_all();
	for (unsigned round = 0; round < 16; round++) {
		seed = round * 0x9e3779b97f4a7c15ull | 1;
		uintptr_t addr = 0x555555559010 + round * 1024;
		for (uint32_t i = 0; i < MANY; i++) {
			uint64_t steps = 1 + any(2 + round), odd = any(20000) == 0;
			scan.blocks[i] = (struct lt_scan_block){.addr = addr + odd * 8,
				.size = any(4) ? any(steps * 16 + 1 - odd * 8) : 0};
			addr += steps * 16;
			if (any(15000) == 0)
				addr += any(1ull << any(40)) * 16;
		}
		scan.n_blocks = MANY;
		run();
		find_each();
	}
	free(scan.blocks);
}

enum { PITCH = 64, LINKS = 3 };

static unsigned char many[MANY * PITCH] __attribute__((aligned(4096)));
static struct lt_scan_block many_block[MANY];

/* Follows the links of many[] from the blocks of a kind; in the second round interior ones too. */
static void model_many(unsigned char *v, unsigned char kind, bool interior)
{
	static uint32_t queue[MANY];
	uint32_t head = 0, tail = 0;

	for (uint32_t i = 0; i < MANY; i++)
		if (v[i] == kind)
			queue[tail++] = i;
	for (; head < tail; head++) {
		const uintptr_t *w = (const uintptr_t *)(many + queue[head] * PITCH);
		for (unsigned k = 0; k < LINKS; k++) {
			uintptr_t off = w[k] - (uintptr_t)many;
			if (off >= sizeof(many) || v[off / PITCH] || (off % PITCH && !interior))
				continue;
			v[off / PITCH] = kind;
			queue[tail++] = (uint32_t)(off / PITCH);
		}
	}
}

/* What interior pointers of reachable blocks lead to. */
static void model_interior(unsigned char *v)
{
	for (uint32_t i = 0; i < MANY; i++) {
		const uintptr_t *w = (const uintptr_t *)(many + i * PITCH);
		for (unsigned k = 0; v[i] == LT_SCAN_REACHABLE && k < LINKS; k++) {
			uintptr_t off = w[k] - (uintptr_t)many;
			if (off < sizeof(many) && v[off / PITCH] == LT_SCAN_LOST)
				v[off / PITCH] = LT_SCAN_POSSIBLE;
		}
	}
}

static void judge_many(unsigned density)
{
	static unsigned char v[MANY];

	memset(many, 0, sizeof(many));
	for (uint32_t i = 0; i < MANY; i++) {
		many_block[i] = (struct lt_scan_block){.addr = (uintptr_t)many + i * PITCH,
			.size = LINKS * 8 + 8,
			.birth = MANY - i};
		uintptr_t *w = (uintptr_t *)many_block[i].addr;
		for (unsigned k = 0; k < LINKS; k++)
			if (any(100) < density)
				w[k] = (uintptr_t)many + any(MANY) * PITCH + (any(20) == 0) * 16;
	}
	scan.blocks = many_block;
	scan.n_blocks = MANY;
	scan.heuristics = 0;
	memset(v, 0, sizeof(v));
	for (unsigned r = 0; r < ROOTS; r++) {
		uint64_t i = any(MANY);
		root_word[r] = (uintptr_t)many + i * PITCH;
		v[i] = LT_SCAN_REACHABLE;
	}
	run();
	model_many(v, LT_SCAN_REACHABLE, false);
	model_interior(v);
	model_many(v, LT_SCAN_POSSIBLE, true);
	for (uint32_t i = 0; i < MANY; i++) {
		if (v[i])
			assert_int_equal(many_block[i].verdict, v[i]);
		else
			assert_int_equal(
				many_block[lt_scan_leader(&scan, i)].verdict, LT_SCAN_DEFINITE);
	}
}

/* So many that searches take blocks by address, and the index has rows. */
static void test_many(void **state)
{
	(void)state;
	seed = 88172645463325252;
	judge_many(30);
	judge_many(60);
	judge_many(100);
}
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_random_small, begin, end),
		cmocka_unit_test_setup_teardown(test_random_large, begin, end),
		cmocka_unit_test_setup_teardown(test_far_apart, begin, end),
		cmocka_unit_test_setup_teardown(test_close_together, begin, end),
		cmocka_unit_test_setup_teardown(test_many, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
