/* The judge of live blocks: each class, and each kind of pointer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/mman.h>
#include "tests/unit/scan_heap.h"

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

/* Of several pointers to the inside the lowest is told, wherever it is found. */
static void test_lowest(void **state)
{
	(void)state;
	add(64, 16);
	add(1024, 256);
	add(2048, 256);
	add(3072, 256);
	root_word[0] = at(1024 + 200);
	root_word[1] = at(64);
	root_word[2] = at(2048 + 64);
	root_word[3] = at(2048 + 128);
	root_word[4] = at(3072 + 256);
	put(64, at(1024 + 100));
	put(64 + 8, at(3072 + 32));
	run();
	assert_int_equal(verdict(1024), LT_SCAN_POSSIBLE);
	assert_held(1024, 64, 0);
	assert_int_equal(lt_scan_holder(&scan, index_of(2048)).in, LT_SCAN_IN_ROOT);
	assert_int_equal(lt_scan_holder(&scan, index_of(2048)).offset, 16);
	assert_held(3072, 64, 8);
	assert_int_equal(block[index_of(3072)].by, LT_SCAN_BY_INTERIOR);
	assert_int_equal(scan.count[LT_SCAN_POSSIBLE], 3);
	assert_int_equal(scan.bytes[LT_SCAN_POSSIBLE], 3 * 256);
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

static void test_exceptions(void **state)
{
	(void)state;
	put(64 + 96, 0x474e5543432b2b00); /* GNUC, C++ */
	assert_known(136, 16, LT_SCAN_BY_EXCEPTION, 0);
	assert_known(136, 96, LT_SCAN_BY_EXCEPTION, 0);
	assert_known(136, 128, LT_SCAN_BY_EXCEPTION, 0);
	assert_unknown(136, 24);
	assert_unknown(136, 80);
	assert_unknown(136, 120);
	assert_unknown(104, 16);          /* too short for one */
	put(64 + 96, 0x434c4e47432b2b00); /* CLNG, C++ */
	assert_known(136, 128, LT_SCAN_BY_EXCEPTION, 0);
	put(64 + 96, 0x474e5543432b2b01); /* a dependent one is laid out otherwise */
	assert_unknown(136, 128);
	put(64 + 80, 0x474e5543432b2b01);
	assert_known(112, 80, LT_SCAN_BY_EXCEPTION, 0);
	assert_unknown(112, 16);
	put(64 + 80, 0x474e554343415354); /* another language's */
	assert_unknown(112, 80);
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

/* A block has a page that cannot be read, with its first words in it. */
static void test_no_access(void **state)
{
	(void)state;
	enum { PAGE = 4096 };
	unsigned char *page =
		mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(page != MAP_FAILED);
	add(64, 16);
	add(128, 16);
	uintptr_t last = at(64), first = at(128);
	memcpy(page + 3 * PAGE - 8, &last, 8);
	memcpy(page, &first, 8);
	assert_int_equal(mprotect(page + PAGE, PAGE, PROT_NONE), 0);
	struct lt_scan_range closed = {(uintptr_t)page + PAGE, (uintptr_t)page + 2 * PAGE};
	struct lt_scan_block b[] = {block[0], block[1], {.addr = (uintptr_t)page, .size = PAGE},
		{.addr = (uintptr_t)page + PAGE + 16, .size = 2 * PAGE - 16}};
	scan.blocks = b;
	scan.n_blocks = 4;
	scan.skip = (struct lt_scan_ranges){.range = &closed, .n = 1};
	for (unsigned r = 0; r < 6; r++) /* what heuristics would look at */
		root_word[r] = (uintptr_t)page + PAGE + 16 + r * 8;
	root_word[6] = (uintptr_t)page + PAGE + 16;
	root_word[7] = (uintptr_t)page;
	make_tables();
	run();
	assert_int_equal(scan.count[LT_SCAN_REACHABLE], 4);
	for (uint32_t i = 0; i < 4; i++)
		b[i].verdict = b[i].via = b[i].flags = 0;
	root_word[0] = root_word[6] = 0;
	run();
	assert_int_equal(scan.count[LT_SCAN_REACHABLE], 2);
	assert_int_equal(scan.count[LT_SCAN_POSSIBLE], 2);
	munmap(page, 3 * PAGE);
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
	scan.n_roots = scan.n_ordered = 2;
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
	scan.n_ordered = 0;
	h = lt_scan_holder(&scan, index_of(256));
	assert_int_equal(h.index, 1);
	assert_int_equal(h.offset, 16);
	assert_held(192, 128, 0);
	assert_held(64 * 9, 256, 24);
	assert_int_equal(verdict(1024), LT_SCAN_REACHABLE);
	assert_int_equal(lt_scan_holder(&scan, index_of(1024)).in, LT_SCAN_IN_NOTHING);
	assert_int_equal(verdict(1088), LT_SCAN_REACHABLE);
	assert_held(1088, 1024, 8);
}

static void test_names_of_heuristics(void **state)
{
	static const char *const wrong[] = {
		"", "alle", "length", "length64,", ",", "all,x", "none "};
	unsigned set = 77;
	(void)state;
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(lt_scan_heuristics_read(wrong[i], &set));
	assert_int_equal(set, 77);
	assert_true(lt_scan_heuristics_read("all", &set));
	assert_int_equal(set, LT_SCAN_HEURISTICS);
	assert_true(lt_scan_heuristics_read("none", &set));
	assert_int_equal(set, 0);
	assert_true(lt_scan_heuristics_read("newarray,stdstring", &set));
	assert_int_equal(set, 1u << LT_SCAN_BY_NEWARRAY | 1u << LT_SCAN_BY_STDSTRING);
	assert_true(lt_scan_heuristics_read(
		"length64,stdstring,newarray,multipleinheritance,exception", &set));
	assert_int_equal(set, LT_SCAN_HEURISTICS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_of_heuristics),
		cmocka_unit_test_setup_teardown(test_nothing, begin, end),
		cmocka_unit_test_setup_teardown(test_classes, begin, end),
		cmocka_unit_test_setup_teardown(test_not_pointers, begin, end),
		cmocka_unit_test_setup_teardown(test_unaligned, begin, end),
		cmocka_unit_test_setup_teardown(test_end_and_empty, begin, end),
		cmocka_unit_test_setup_teardown(test_upgrade, begin, end),
		cmocka_unit_test_setup_teardown(test_lowest, begin, end),
		cmocka_unit_test_setup_teardown(test_cycles, begin, end),
		cmocka_unit_test_setup_teardown(test_lost_interior, begin, end),
		cmocka_unit_test_setup_teardown(test_length64, begin, end),
		cmocka_unit_test_setup_teardown(test_newarray, begin, end),
		cmocka_unit_test_setup_teardown(test_stdstring, begin, end),
		cmocka_unit_test_setup_teardown(test_exceptions, begin, end),
		cmocka_unit_test_setup_teardown(test_bases, begin, end),
		cmocka_unit_test_setup_teardown(test_bases_edges, begin, end),
		cmocka_unit_test_setup_teardown(test_skip, begin, end),
		cmocka_unit_test_setup_teardown(test_no_access, begin, end),
		cmocka_unit_test_setup_teardown(test_holders, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
