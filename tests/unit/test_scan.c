/* The judge of live blocks: each class, each kind of pointer, and many random heaps beside a model
 * that is slow and obvious. The heap is an array; its blocks are wherever a test puts them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "lib/scan.h"

enum { HEAP = 1 << 16, BLOCKS = 600, ROOTS = 8 };

static unsigned char heap[HEAP] __attribute__((aligned(4096)));

static struct lt_scan_block block[BLOCKS];
static uintptr_t root_word[ROOTS];
static struct lt_scan_root root;
static struct lt_scan scan;
static uint64_t births;

static int begin(void **state)
{
	(void)state;
	memset(heap, 0, sizeof(heap));
	memset(root_word, 0, sizeof(root_word));
	free(scan.work);
	births = 0;
	root = (struct lt_scan_root){.start = (uintptr_t)root_word,
		.end = (uintptr_t)(root_word + ROOTS),
		.kind = LT_SCAN_DATA};
	scan = (struct lt_scan){
		.blocks = block, .roots = &root, .n_roots = 1, .heuristics = LT_SCAN_HEURISTICS};
	return 0;
}

static int end(void **state)
{
	(void)state;
	free(scan.work);
	scan.work = NULL;
	return 0;
}

static uintptr_t at(size_t offset)
{
	return (uintptr_t)heap + offset;
}

static void add(size_t offset, size_t size)
{
	assert_true(scan.n_blocks < BLOCKS);
	block[scan.n_blocks++] = (struct lt_scan_block){
		.addr = at(offset), .size = size, .birth = births++, .site = offset};
}

static void put(size_t offset, uintptr_t value)
{
	memcpy(heap + offset, &value, sizeof(value));
}

static void run(void)
{
	size_t size = lt_scan_work(scan.n_blocks);

	free(scan.work);
	scan.work = aligned_alloc(64, (size + 63) & ~(size_t)63);
	assert_non_null(scan.work);
	memset(scan.work, 0xa5, size);
	lt_scan_run(&scan);
	uint64_t n = 0;
	for (unsigned v = 0; v < LT_SCAN_VERDICTS; v++)
		n += scan.count[v];
	assert_int_equal(n, scan.n_blocks);
	assert_int_equal(scan.count[LT_SCAN_LOST], 0);
}

static uint32_t index_of(size_t offset)
{
	uint32_t i = lt_scan_find(&scan, at(offset));

	assert_int_not_equal(i, LT_SCAN_NO_BLOCK);
	assert_int_equal(block[i].addr, at(offset));
	return i;
}

static enum lt_scan_verdict verdict(size_t offset)
{
	return block[index_of(offset)].verdict;
}

static enum lt_scan_by by(size_t offset)
{
	return block[index_of(offset)].by;
}

static size_t leader(size_t offset)
{
	return block[lt_scan_leader(&scan, index_of(offset))].addr - at(0);
}

static void assert_held(size_t offset, size_t by_block, size_t in_it)
{
	struct lt_scan_holder h = lt_scan_holder(&scan, index_of(offset));

	assert_int_equal(h.in, LT_SCAN_IN_BLOCK);
	assert_int_equal(h.index, index_of(by_block));
	assert_int_equal(h.offset, in_it);
}

static void test_nothing(void **state)
{
	(void)state;
	run();
	assert_int_equal(lt_scan_find(&scan, at(0)), LT_SCAN_NO_BLOCK);
}

/* The first words and last words of roots and blocks count. */
static void test_classes(void **state)
{
	(void)state;
	add(512, 40); /* definite, with a child and a child's child */
	add(64, 16);  /* by the first word */
	add(128, 24); /* by the last */
	add(192, 16); /* by 128's last word */
	add(256, 16); /* possible, and 320 by it */
	add(320, 32);
	add(384, 16); /* by 320, inside */
	add(576, 16);
	add(640, 8);
	root_word[0] = at(64);
	root_word[ROOTS - 1] = at(128);
	root_word[3] = at(256 + 4);
	put(128 + 16, at(192));
	put(256, at(320));
	put(320, at(384 + 8));
	put(512, at(576));
	put(576 + 8, at(640));
	run();
	assert_int_equal(verdict(64), LT_SCAN_REACHABLE);
	assert_int_equal(verdict(128), LT_SCAN_REACHABLE);
	assert_int_equal(verdict(192), LT_SCAN_REACHABLE);
	assert_int_equal(verdict(256), LT_SCAN_POSSIBLE);
	assert_int_equal(verdict(320), LT_SCAN_POSSIBLE);
	assert_int_equal(verdict(384), LT_SCAN_POSSIBLE);
	assert_int_equal(verdict(512), LT_SCAN_DEFINITE);
	assert_int_equal(verdict(576), LT_SCAN_INDIRECT);
	assert_int_equal(verdict(640), LT_SCAN_INDIRECT);
	assert_int_equal(leader(640), 512);
	assert_int_equal(leader(512), 512);
	assert_int_equal(scan.count[LT_SCAN_REACHABLE], 3);
	assert_int_equal(scan.bytes[LT_SCAN_REACHABLE], 56);
	assert_int_equal(scan.bytes[LT_SCAN_POSSIBLE], 64);
	assert_int_equal(scan.bytes[LT_SCAN_INDIRECT], 24);
	assert_int_equal(scan.bytes[LT_SCAN_DEFINITE], 40);
	assert_false(block[index_of(512)].flags & LT_SCAN_CYCLE);
	assert_int_equal(block[index_of(512)].site, 512);
	assert_int_equal(by(256), LT_SCAN_BY_INTERIOR);
	assert_int_equal(by(320), LT_SCAN_BY_START);
}

/* An address that stands across two words, or behind a block's end, is none. */
static void test_not_pointers(void **state)
{
	(void)state;
	add(64, 20);
	add(128, 16);
	add(192, 16);
	add(256, 16);
	root_word[0] = at(64);
	put(64 + 4, at(128));
	put(64 + 16, at(192)); /* half of it in the block */
	put(84, at(256));
	run();
	assert_int_equal(verdict(128), LT_SCAN_DEFINITE);
	assert_int_equal(verdict(192), LT_SCAN_DEFINITE);
	assert_int_equal(verdict(256), LT_SCAN_DEFINITE);
	for (uint32_t i = 0; i < scan.n_blocks; i++)
		block[i].verdict = block[i].via = block[i].flags = 0;
	scan.step = 4;
	run();
	assert_int_equal(verdict(128), LT_SCAN_REACHABLE);
	assert_held(128, 64, 4);
	assert_int_equal(verdict(192), LT_SCAN_DEFINITE);
	assert_int_equal(verdict(256), LT_SCAN_DEFINITE);
}

/* A block whose address is no multiple of a word's size, and roots that are not. */
static void test_unaligned(void **state)
{
	(void)state;
	add(68, 16); /* one whole word: at 72 */
	add(128, 16);
	add(192, 16);
	root.start += 4;
	root.end -= 4;
	root_word[0] = at(128);
	root_word[ROOTS - 1] = at(128);
	root_word[1] = at(68);
	put(72, at(192));
	run();
	assert_int_equal(verdict(68), LT_SCAN_REACHABLE);
	assert_int_equal(verdict(192), LT_SCAN_REACHABLE);
	assert_held(192, 68, 4);
	assert_int_equal(verdict(128), LT_SCAN_DEFINITE);
}

static void test_end_and_empty(void **state)
{
	(void)state;
	add(64, 16); /* pointed to by its end */
	add(128, 0); /* empty */
	add(192, 32);
	add(224, 16); /* begins where 192 ends, and gets the pointer */
	add(256, 16);
	add(272, 0); /* likewise */
	root_word[0] = at(80);
	root_word[1] = at(128);
	root_word[2] = at(224);
	root_word[3] = at(272);
	root_word[4] = at(145);
	run();
	assert_int_equal(verdict(64), LT_SCAN_POSSIBLE);
	assert_int_equal(by(64), LT_SCAN_BY_END);
	assert_int_equal(verdict(128), LT_SCAN_REACHABLE);
	assert_int_equal(by(128), LT_SCAN_BY_START);
	assert_int_equal(verdict(192), LT_SCAN_DEFINITE);
	assert_int_equal(verdict(224), LT_SCAN_REACHABLE);
	assert_int_equal(verdict(256), LT_SCAN_DEFINITE);
	assert_int_equal(verdict(272), LT_SCAN_REACHABLE);
	assert_int_equal(lt_scan_find(&scan, at(63)), LT_SCAN_NO_BLOCK);
	assert_int_equal(lt_scan_find(&scan, at(81)), LT_SCAN_NO_BLOCK);
	assert_int_equal(lt_scan_find(&scan, at(129)), LT_SCAN_NO_BLOCK);
	assert_int_equal(lt_scan_find(&scan, at(273)), LT_SCAN_NO_BLOCK);
}

/* A better pointer that is found later counts, and so does what it leads to. */
static void test_upgrade(void **state)
{
	(void)state;
	add(64, 16);
	add(128, 16);
	add(192, 16);
	root_word[0] = at(64 + 8);
	root_word[1] = at(128);
	put(64, at(192));
	put(128, at(64));
	run();
	assert_int_equal(verdict(64), LT_SCAN_REACHABLE);
	assert_held(64, 128, 0);
	assert_int_equal(verdict(192), LT_SCAN_REACHABLE);
	assert_int_equal(scan.count[LT_SCAN_POSSIBLE], 0);
	assert_int_equal(scan.bytes[LT_SCAN_POSSIBLE], 0);
}

static void test_cycles(void **state)
{
	(void)state;
	/* Births: 0.. in this order. A ring of three whose first born is in the middle. */
	add(128, 16);
	add(64, 16);
	add(192, 16);
	put(64, at(128));
	put(128, at(192));
	put(192, at(64));
	/* One that points to itself, and one that is pointed to besides. */
	add(256, 16);
	put(256, at(256));
	/* A ring under a lost block that was born later. */
	add(320, 16);
	add(384, 16);
	add(448, 16);
	put(320, at(384));
	put(384, at(320));
	put(448, at(384));
	/* A ring under a ring, the lower one born first, entered beside its first born. */
	add(512, 16);
	add(576, 16);
	add(640, 16);
	add(704, 16);
	put(512, at(576));
	put(576, at(512));
	put(640, at(704));
	put(704, at(640));
	put(704 + 8, at(576));
	run();
	assert_int_equal(verdict(128), LT_SCAN_DEFINITE);
	assert_true(block[index_of(128)].flags & LT_SCAN_CYCLE);
	assert_int_equal(verdict(64), LT_SCAN_INDIRECT);
	assert_int_equal(verdict(192), LT_SCAN_INDIRECT);
	assert_int_equal(leader(64), 128);
	assert_held(64, 192, 0);
	assert_int_equal(verdict(256), LT_SCAN_DEFINITE);
	assert_false(block[index_of(256)].flags & LT_SCAN_CYCLE);
	assert_int_equal(verdict(448), LT_SCAN_DEFINITE);
	assert_false(block[index_of(448)].flags & LT_SCAN_CYCLE);
	assert_int_equal(leader(320), 448);
	assert_int_equal(leader(384), 448);
	assert_int_equal(verdict(640), LT_SCAN_DEFINITE);
	assert_true(block[index_of(640)].flags & LT_SCAN_CYCLE);
	assert_int_equal(leader(704), 640);
	assert_int_equal(leader(512), 640);
	assert_int_equal(leader(576), 640);
	assert_int_equal(scan.count[LT_SCAN_DEFINITE], 4);
}

/* Among lost blocks every pointer counts, as memcheck has it. */
static void test_lost_interior(void **state)
{
	(void)state;
	add(64, 16);
	add(128, 16);
	add(192, 16);
	put(64, at(128 + 4));
	put(64 + 8, at(192 + 16));
	run();
	assert_int_equal(verdict(64), LT_SCAN_DEFINITE);
	assert_int_equal(verdict(128), LT_SCAN_INDIRECT);
	assert_int_equal(by(128), LT_SCAN_BY_INTERIOR);
	assert_int_equal(verdict(192), LT_SCAN_INDIRECT);
	assert_int_equal(by(192), LT_SCAN_BY_END);
}

/* A heap in which root_word[0] points off bytes into the block at 64. */
static void judge_one(size_t size, size_t off, unsigned heuristics)
{
	scan.n_blocks = 0;
	add(64, size);
	root_word[0] = at(64 + off);
	scan.heuristics = heuristics;
	run();
}

/* With its heuristic on the block is reachable, with all others on it is possible. */
static void assert_known(size_t size, size_t off, enum lt_scan_by h, unsigned others)
{
	judge_one(size, off, 1u << h);
	assert_int_equal(verdict(64), LT_SCAN_REACHABLE);
	assert_int_equal(by(64), h);
	judge_one(size, off, LT_SCAN_HEURISTICS & ~(1u << h | others));
	assert_int_equal(verdict(64), LT_SCAN_POSSIBLE);
}

static void assert_unknown(size_t size, size_t off)
{
	judge_one(size, off, LT_SCAN_HEURISTICS);
	assert_int_equal(verdict(64), LT_SCAN_POSSIBLE);
}

static void test_length64(void **state)
{
	(void)state;
	put(64, 92);
	assert_known(100, 8, LT_SCAN_BY_LENGTH64, 1u << LT_SCAN_BY_NEWARRAY);
	judge_one(100, 8, LT_SCAN_HEURISTICS);
	assert_int_equal(by(64), LT_SCAN_BY_LENGTH64);
	assert_unknown(101, 8);
	assert_unknown(100, 16);
	assert_unknown(100, 4);
}

static void test_newarray(void **state)
{
	(void)state;
	put(64, 3);
	assert_known(8 + 3 * 12, 8, LT_SCAN_BY_NEWARRAY, 0);
	assert_unknown(8 + 3 * 12 + 1, 8);
	assert_unknown(8 + 3 * 12, 20);
	put(64, 0);
	assert_unknown(16, 8);
	assert_known(8, 8, LT_SCAN_BY_NEWARRAY, 0); /* new T[0]: its end */
	judge_one(8, 8, 0);
	assert_int_equal(by(64), LT_SCAN_BY_END);
	put(64, 1);
	assert_unknown(8, 8);
}

static void test_stdstring(void **state)
{
	(void)state;
	put(64, 5);
	put(72, 9);
	put(80, 77);
	assert_known(24 + 9 + 1, 24, LT_SCAN_BY_STDSTRING, 0);
	assert_unknown(24 + 9 + 2, 24);
	assert_unknown(24 + 9 + 1, 25);
	put(64, 10); /* longer than its capacity */
	assert_unknown(24 + 9 + 1, 24);
	put(64, 0);
	put(72, (uintptr_t)-1); /* no characters at all */
	assert_unknown(24, 24);
}

/* Two virtual tables in `table`, functions in `text`: a whole object's and that of its base at 16.
 */
static uintptr_t table[32], text[4];

static void make_tables(void)
{
	static const struct lt_scan_range tables = {
		.start = (uintptr_t)table, .end = (uintptr_t)(table + 32)};
	static const struct lt_scan_range code = {
		.start = (uintptr_t)text, .end = (uintptr_t)(text + 4)};

	scan.tables = (struct lt_scan_ranges){.range = &tables, .n = 1};
	scan.code = (struct lt_scan_ranges){.range = &code, .n = 1};
	memset(table, 0, sizeof(table));
	table[1] = table[9] = (uintptr_t)&table[30];
	table[2] = table[3] = table[10] = table[11] = (uintptr_t)text;
	table[8] = (uintptr_t)-16;
	put(64, (uintptr_t)&table[2]);
	put(80, (uintptr_t)&table[10]);
}

static void test_bases(void **state)
{
	(void)state;
	make_tables();
	assert_known(40, 16, LT_SCAN_BY_BASE, 0);
	assert_unknown(40, 24);
	assert_unknown(40, 40);
	assert_unknown(20, 16); /* half a pointer */
	put(64, (uintptr_t)&table[2] + 1);
	assert_unknown(40, 16);
	put(64, (uintptr_t)text);
	assert_unknown(40, 16);
	make_tables(); /* by what stands in front of the tables alone */
	table[3] = table[11] = 0;
	table[4] = table[12] = 1;
	assert_known(40, 16, LT_SCAN_BY_BASE, 0);
	table[8] = (uintptr_t)-24;
	assert_unknown(40, 16);
	table[8] = (uintptr_t)-16;
	table[9] = 0;
	assert_unknown(40, 16);
	make_tables(); /* by their functions alone */
	table[8] = 0;
	assert_known(40, 16, LT_SCAN_BY_BASE, 0);
	table[2] = table[10] = 0;
	table[4] = table[12] = (uintptr_t)&text[3];
	assert_known(40, 16, LT_SCAN_BY_BASE, 0);
	table[11] = (uintptr_t)(text + 4); /* no function */
	assert_unknown(40, 16);
}

/* At the ends of what can be read. */
static void test_bases_edges(void **state)
{
	(void)state;
	make_tables();
	put(64, (uintptr_t)&table[0]);
	put(80, (uintptr_t)&table[31]);
	table[0] = table[1] = table[31] = (uintptr_t)text;
	assert_unknown(40, 16);
	put(80, (uintptr_t)&table[32]);
	assert_unknown(40, 16);
}

static void test_skip(void **state)
{
	(void)state;
	const struct lt_scan_range skip[] = {
		{at(4096), at(8192)}, {at(8200), at(8208)}, {at(12288), at(16384)}};
	scan.skip = (struct lt_scan_ranges){.range = skip, .n = 3};
	add(4000, 12000); /* its middle is gone, and its end */
	add(20000, 16);
	add(20064, 16);
	add(20128, 16);
	add(20192, 16);
	add(20256, 16);
	add(20320, 16);
	add(4096 - 200, 64);
	add(12288 + 3800, 64); /* all in a hole, pointed into */
	root_word[0] = at(4000);
	root_word[1] = at(12288 + 3800 + 8);
	put(4088, at(20000));
	put(4096, at(20064));
	put(8184, at(20064));
	put(8192, at(20128));
	put(8200, at(20192));
	put(8208, at(20256));
	put(12280, at(20320));
	put(12288, at(20192));
	put(12288 + 3800, 1);
	run();
	assert_int_equal(verdict(20000), LT_SCAN_REACHABLE);
	assert_int_equal(verdict(20064), LT_SCAN_DEFINITE);
	assert_int_equal(verdict(20128), LT_SCAN_REACHABLE);
	assert_int_equal(verdict(20192), LT_SCAN_DEFINITE);
	assert_int_equal(verdict(20256), LT_SCAN_REACHABLE);
	assert_int_equal(verdict(20320), LT_SCAN_REACHABLE);
	assert_int_equal(verdict(12288 + 3800), LT_SCAN_POSSIBLE);
}

/* Ahead of other roots, words; of roots, the first; and of chains, a shortest. */
static void test_holders(void **state)
{
	(void)state;
	const struct lt_scan_word words[] = {{.value = 1}, {.value = at(64), .id = 7}};
	const struct lt_scan_root roots[] = {
		{.start = (uintptr_t)root_word, .end = (uintptr_t)(root_word + 4)},
		{.start = (uintptr_t)(root_word + 4), .end = (uintptr_t)(root_word + ROOTS)}};
	scan.words = words;
	scan.n_words = 2;
	scan.roots = roots;
	scan.n_roots = 2;
	for (size_t i = 1; i < 10; i++) {
		add(64 * i, 32);
		put(64 * i, at(64 * (i + 1))); /* a long way to the last */
	}
	root_word[0] = at(64);
	root_word[6] = at(256);
	put(256 + 24, at(64 * 9)); /* a short one */
	add(1024, 16);
	block[scan.n_blocks - 1].flags = LT_SCAN_HELD;
	add(1088, 16);
	put(1024 + 8, at(1088));
	run();
	struct lt_scan_holder h = lt_scan_holder(&scan, index_of(64));
	assert_int_equal(h.in, LT_SCAN_IN_WORD);
	assert_int_equal(h.index, 1);
	h = lt_scan_holder(&scan, index_of(256));
	assert_int_equal(h.in, LT_SCAN_IN_ROOT);
	assert_int_equal(h.index, 1);
	assert_int_equal(h.offset, 16);
	assert_held(192, 128, 0);
	assert_held(64 * 9, 256, 24);
	assert_int_equal(verdict(1024), LT_SCAN_REACHABLE);
	assert_int_equal(lt_scan_holder(&scan, index_of(1024)).in, LT_SCAN_IN_NOTHING);
	assert_int_equal(verdict(1088), LT_SCAN_REACHABLE);
	assert_held(1088, 1024, 8);
}

/* ---- Random heaps ------------------------------------------------------------------------------
 */

static uint64_t seed;

static uint64_t any(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint64_t)((unsigned __int128)seed * below >> 64);
}

/* What the model knows of a block. */
static struct known {
	bool edge[BLOCKS];  /* it points to, in whatever way */
	bool exact[BLOCKS]; /* ... to the start of */
	bool leads[BLOCKS]; /* ... in any number of steps, to */
	unsigned far; /* steps from a root, of the kind that counts; from the leader, if lost */
} known[BLOCKS];

/* The block that p points to, by the definition. */
static int pointed(uintptr_t p, bool *exact)
{
	int inside = -1;

	for (int i = 0; i < (int)scan.n_blocks; i++) {
		if (p == block[i].addr) {
			*exact = true;
			return i;
		}
		if (p > block[i].addr && p <= block[i].addr + block[i].size)
			inside = inside < 0 || block[i].addr > block[inside].addr ? i : inside;
	}
	*exact = false;
	return inside;
}

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

static uintptr_t any_pointer(uint32_t n, unsigned interior)
{
	const struct lt_scan_block *b = &block[any(n)];

	return any(100) < interior ? b->addr + any(b->size + 2) : b->addr;
}

/* Blocks side by side and apart, of all sizes, in any order, born in any order. */
static void make_heap(uint32_t n)
{
	size_t offset = 64;
	unsigned gap = (unsigned)any(3) * 16, odd = (unsigned)any(2);

	scan.n_blocks = 0;
	while (scan.n_blocks < n) {
		size_t size = odd ? any(60) : any(4) * 16;
		add(offset, size);
		offset += (size + (odd ? any(3) : 0) + any(gap + 1) + 7) / 8 * 8;
		offset += size == 0 ? 8 : 0;
	}
	assert_true(offset + 64 < HEAP);
	for (uint32_t i = n; i > 1; i--) {
		uint32_t k = (uint32_t)any(i), birth = block[k].birth;
		struct lt_scan_block swap = block[k];
		block[k] = block[i - 1];
		block[i - 1] = swap;
		k = (uint32_t)any(i);
		birth = block[k].birth;
		block[k].birth = block[i - 1].birth;
		block[i - 1].birth = birth;
	}
}

static void random_heap(uint32_t n)
{
	unsigned density = (unsigned)any(100), interior = (unsigned)any(4) * 15;

	memset(heap, 0, sizeof(heap));
	memset(root_word, 0, sizeof(root_word));
	make_heap(n);
	for (uint32_t i = 0; i < n; i++) {
		uintptr_t p = (block[i].addr + 7) & ~(uintptr_t)7;
		for (; p + 8 <= block[i].addr + block[i].size; p += 8)
			*(uintptr_t *)p = any(100) < density ? any_pointer(n, interior) : any(1000);
	}
	for (uint32_t r = (uint32_t)any(ROOTS + 4); r < ROOTS; r++)
		root_word[r] = any_pointer(n, interior);
	scan.heuristics = 0;
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

/* ---- Addresses far apart
 * ------------------------------------------------------------------------- */

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
		cmocka_unit_test_setup_teardown(test_nothing, begin, end),
		cmocka_unit_test_setup_teardown(test_classes, begin, end),
		cmocka_unit_test_setup_teardown(test_not_pointers, begin, end),
		cmocka_unit_test_setup_teardown(test_unaligned, begin, end),
		cmocka_unit_test_setup_teardown(test_end_and_empty, begin, end),
		cmocka_unit_test_setup_teardown(test_upgrade, begin, end),
		cmocka_unit_test_setup_teardown(test_cycles, begin, end),
		cmocka_unit_test_setup_teardown(test_lost_interior, begin, end),
		cmocka_unit_test_setup_teardown(test_length64, begin, end),
		cmocka_unit_test_setup_teardown(test_newarray, begin, end),
		cmocka_unit_test_setup_teardown(test_stdstring, begin, end),
		cmocka_unit_test_setup_teardown(test_bases, begin, end),
		cmocka_unit_test_setup_teardown(test_bases_edges, begin, end),
		cmocka_unit_test_setup_teardown(test_skip, begin, end),
		cmocka_unit_test_setup_teardown(test_holders, begin, end),
		cmocka_unit_test_setup_teardown(test_random_small, begin, end),
		cmocka_unit_test_setup_teardown(test_random_large, begin, end),
		cmocka_unit_test_setup_teardown(test_far_apart, begin, end),
		cmocka_unit_test_setup_teardown(test_close_together, begin, end),
		cmocka_unit_test_setup_teardown(test_many, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
