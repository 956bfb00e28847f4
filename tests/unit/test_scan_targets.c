/* Whether anything points to a target: many random heaps, beside a model that is slow and obvious.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/unit/scan_random.h"

enum { LAND = 1 << 15, TARGETS = 40, ALL_ROOTS = 1 + TARGETS, UNIT = 256, WORDS = 3 };

static unsigned char land[LAND] __attribute__((aligned(4096)));
static struct lt_scan_target target[TARGETS];
static bool is_read[TARGETS], model[TARGETS];
static struct lt_scan_root roots[ALL_ROOTS];
static struct lt_scan_word word[WORDS];

/* Where the pointers of this heap point to. */
static uintptr_t any_value(uint32_t n)
{
	uint32_t i = scan.n_targets ? (uint32_t)any(scan.n_targets) : 0;
	switch (any(scan.n_targets ? 6 : 1)) {
	case 0:
		return n ? any_pointer(n, 10) : 0;
	case 1:
		return target[i].start;
	case 2:
		return target[i].start + any(target[i].end - target[i].start);
	case 3:
		return target[i].end;
	case 4:
		return target[i].start - 1 - any(64);
	default:
		return (uintptr_t)land + any(LAND);
	}
}

/* Side by side and apart; some roots cover two and what is between. */
static void make_targets(void)
{
	uintptr_t at = (uintptr_t)land + any(2) * UNIT, end = (uintptr_t)land + LAND;
	uint32_t n = 0, most = 1 + (uint32_t)any(TARGETS), groups = 1 + (uint32_t)any(TARGETS);
	uint32_t group[TARGETS], first[TARGETS];
	memset(first, 0xff, sizeof(first));
	for (; n < most; n++) {
		uintptr_t size = (1 + any(3)) * UNIT;
		if (at + size > end)
			break;
		target[n] =
			(struct lt_scan_target){.start = at, .end = at + size, .open_end = any(2)};
		is_read[n] = any(4) != 0;
		group[n] = any(3) ? n : (uint32_t)any(groups) % (n + 1);
		group[n] = group[group[n]];
		target[n].group = group[n];
		at += size + any(3) * UNIT;
	}
	scan.targets = target;
	scan.n_targets = n;
}

static void make_roots(void)
{
	uint32_t n = 0;
	roots[n++] = root;
	for (uint32_t i = 0; i < scan.n_targets; i++) {
		struct lt_scan_root r = {
			.start = target[i].start, .end = target[i].end, .kind = LT_SCAN_MAPPING};
		if (!is_read[i])
			continue;
		if (n > 1 && i > 0 && is_read[i - 1] && any(2))
			roots[n - 1].end = r.end;
		else
			roots[n++] = r;
	}
	scan.roots = roots;
	scan.n_roots = n;
	scan.n_ordered = 0;
}

static void fill(uint32_t n)
{
	unsigned density = (unsigned)any(30);
	memset(land, 0, sizeof(land));
	for (uint32_t i = 0; i < scan.n_targets; i++)
		for (uintptr_t p = target[i].start; p < target[i].end; p += 8)
			*(uintptr_t *)p = any(1000) < density ? any_value(n) : any(1000);
	for (uint32_t i = 0; i < n; i++)
		for (uintptr_t p = (block[i].addr + 7) & ~(uintptr_t)7;
			p + 8 <= block[i].addr + block[i].size; p += 8)
			if (any(4) == 0)
				*(uintptr_t *)p = any_value(n);
	for (unsigned r = 0; r < ROOTS; r++)
		if (any(4) == 0)
			root_word[r] = any_value(n);
	for (unsigned i = 0; i < WORDS; i++)
		word[i] = (struct lt_scan_word){.value = any(3) ? any(100) : any_value(n)};
	scan.words = word;
	scan.n_words = WORDS;
}

/* The target that a value points to, or -1. */
static int pointed_target(uintptr_t value)
{
	int at_end = -1;
	for (uint32_t i = 0; i < scan.n_targets; i++) {
		if (value >= target[i].start && value < target[i].end)
			return (int)i;
		if (value == target[i].end && target[i].open_end)
			at_end = (int)i;
	}
	return at_end;
}

static bool is_within(uintptr_t at)
{
	for (uint32_t i = 0; i < scan.n_targets; i++)
		if (at >= target[i].start && at < target[i].end)
			return true;
	return false;
}

static bool model_hold(uintptr_t value, int from)
{
	int to = pointed_target(value);
	if (to < 0 || (from >= 0 && target[from].group == target[to].group))
		return false;
	bool more = false;
	for (uint32_t i = 0; i < scan.n_targets; i++)
		if (target[i].group == target[to].group && !model[i])
			more = model[i] = true;
	return more;
}

static void judge_by_model(uint32_t held)
{
	bool more = true;
	memset(model, 0, sizeof(model));
	if (held < scan.n_targets)
		model_hold(target[held].start, -1);
	for (unsigned r = 0; r < ROOTS; r++)
		model_hold(root_word[r], -1);
	for (unsigned i = 0; i < WORDS; i++)
		model_hold(word[i].value, -1);
	for (uint32_t i = 0; i < scan.n_blocks; i++)
		for (uintptr_t p = (block[i].addr + 7) & ~(uintptr_t)7;
			p + 8 <= block[i].addr + block[i].size; p += 8)
			if (block[i].verdict == LT_SCAN_REACHABLE ||
				block[i].verdict == LT_SCAN_POSSIBLE)
				model_hold(*(uintptr_t *)p, -1);
	/* What lies between two targets in one root. */
	for (uint32_t k = 1; k < scan.n_roots; k++)
		for (uintptr_t p = roots[k].start; p < roots[k].end; p += 8)
			if (!is_within(p))
				model_hold(*(uintptr_t *)p, -1);
	while (more) {
		more = false;
		for (uint32_t i = 0; i < scan.n_targets; i++)
			for (uintptr_t p = target[i].start; p < target[i].end; p += 8)
				if (is_read[i] && model[i])
					more |= model_hold(*(uintptr_t *)p, (int)i);
	}
}

static void one_case(uint64_t number, uint32_t n)
{
	seed = number * 0x9e3779b97f4a7c15ull | 1;
	scan.n_blocks = 0;
	if (n)
		random_heap(n);
	make_targets();
	fill(n);
	make_roots();
	uint32_t held = (uint32_t)any(4 * TARGETS);
	if (held < scan.n_targets)
		target[held].held = true;
	run();
	judge_by_model(held);
	for (uint32_t i = 0; i < scan.n_targets; i++)
		if (!!target[i].held != model[i])
			fail_msg("heap %llu: target %u of %u: should be %d",
				(unsigned long long)number, i, scan.n_targets, model[i]);
}

static void random_heaps(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < 3000; number++)
		one_case(number, 1 + number % 60);
}

static void without_blocks(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < 500; number++)
		one_case(number, 0);
}

/* More pointers between targets than are kept: then they count as held. */
static void too_many_pointers(void **state)
{
	enum { MANY = 200, SIZE = 2048 };
	static struct lt_scan_target many[MANY];
	static unsigned char memory[MANY * SIZE] __attribute__((aligned(4096)));
	struct lt_scan_root all = {
		.start = (uintptr_t)memory, .end = (uintptr_t)(memory + sizeof(memory))};
	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		many[i] = (struct lt_scan_target){.start = (uintptr_t)memory + i * SIZE,
			.end = (uintptr_t)memory + (i + 1) * SIZE,
			.group = i};
		uintptr_t *w = (uintptr_t *)(memory + (size_t)i * SIZE);
		for (unsigned k = 0; k < MANY; k++)
			w[k] = (uintptr_t)memory + k * SIZE;
	}
	scan.n_blocks = 0;
	scan.targets = many;
	scan.n_targets = MANY;
	scan.roots = &all;
	scan.n_roots = 1;
	run();
	/* All point to each other, and nothing else to them: by what is kept, they are lost. */
	assert_true(many[MANY - 1].held);
	memset(memory, 0, sizeof(memory));
	for (unsigned i = 0; i < MANY; i++)
		many[i].held = false;
	run();
	for (unsigned i = 0; i < MANY; i++)
		assert_false(many[i].held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(random_heaps, begin, end),
		cmocka_unit_test_setup_teardown(without_blocks, begin, end),
		cmocka_unit_test_setup_teardown(too_many_pointers, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
