/* Mappings as /proc/self/maps tells them, and what of them is a root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/roots.h"

/* AddressSanitizer has an allocator of its own, and does not let all data be read. */
#ifdef __SANITIZE_ADDRESS__
enum { SANITIZED = 1 };
#elif defined(__has_feature)
enum { SANITIZED = __has_feature(address_sanitizer) };
#else
enum { SANITIZED = 0 };
#endif

static const char maps[] =
	"555555554000-555555555000 r--p 00000000 fe:01 1234                       /tmp/a.out\n"
	"555555555000-555555556000 r-xp 00001000 fe:01 1234                       /tmp/a.out\n"
	"555555558000-555555559000 rw-p 00003000 fe:01 1234                       /tmp/a.out\n"
	"555555559000-55555555b000 rw-p 00000000 00:00 0 \n"
	"55555555b000-55555557c000 rw-p 00000000 00:00 0                          [heap]\n"
	"7ffeffe00000-7fff00100000 rw-p 00000000 00:00 0 \n"
	"7fff00100000-7fff00200000 ---p 00000000 00:00 0 \n"
	"7fff10000000-7fff10400000 rw-p 00000000 00:00 0 \n"
	"7fff20000000-7fff20001000 rw-s 00000000 fe:01 99                         /tmp/a dump.bin\n"
	"7fff20001000-7fff20003000 rw-s 00000000 00:01 7                          /dev/shm/x "
	"(deleted)\n"
	"7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]\n"
	"7ffffffff000-7ffffffff800 r-xp 00000000 00:00 0                          [vdso]\n";

enum { MOST = 32 };
enum { RW = LT_MAPPING_READ | LT_MAPPING_WRITE };
static struct lt_mapping m[MOST];
static uint32_t n;
static struct lt_scan_root root[MOST];

static void read_all(void)
{
	const char *p = maps, *end = maps + sizeof(maps) - 1;
	struct lt_roots_file dump = {.dev = 0xfe01, .ino = 99};
	for (n = 0; (p = lt_mapping_read(p, end, n ? &m[n - 1] : NULL, &dump, &m[n]));
		n = lt_mapping_split(m, n + 1, MOST))
		assert_true(n < MOST);
}

static void lines_are_read(void **state)
{
	(void)state;
	read_all();
	assert_int_equal(n, 13); /* one is split */
	assert_int_equal(m[5].end, 0x7fff00000000);
	assert_int_equal(m[6].start, 0x7fff00000000);
	assert_int_equal(
		m[1].flags, LT_MAPPING_READ | LT_MAPPING_EXEC | LT_MAPPING_FILE | LT_MAPPING_DATA);
	assert_int_equal(m[3].flags, LT_MAPPING_READ | LT_MAPPING_WRITE | LT_MAPPING_DATA);
	assert_int_equal(m[4].flags, LT_MAPPING_READ | LT_MAPPING_WRITE | LT_MAPPING_HEAP);
	assert_int_equal(m[7].flags, 0);
	assert_int_equal(m[8].start, 0x7fff10000000);
	assert_int_equal(m[8].end, 0x7fff10400000);
	assert_true(m[9].flags & LT_MAPPING_OTHER);
	assert_int_equal(m[10].flags, LT_MAPPING_READ | LT_MAPPING_WRITE | LT_MAPPING_FILE);
	assert_true(m[11].flags & LT_MAPPING_STACK);
	assert_true(m[12].flags & LT_MAPPING_OTHER);
	const char *odd[] = {"", "x\n", "1-2\n", "1000-2000 rw-p 0 0:0\n", "1000-2000 rw-p"};
	for (unsigned i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		assert_null(lt_mapping_read(
			odd[i], odd[i] + strlen(odd[i]), NULL, &(struct lt_roots_file){0}, &m[0]));
}

static bool covers(const struct lt_roots *r, uintptr_t addr)
{
	unsigned times = 0;
	for (uint32_t i = 0; i < r->n; i++)
		times += addr >= r->root[i].start && addr < r->root[i].end;
	assert_true(times <= 1);
	return times;
}

static void allocators_memory_is_none(void **state)
{
	struct lt_scan_block blocks[] = {{.addr = 0x55555555c010, .size = 100},
		{.addr = 0x7fff00000040, .size = 24},
		{.addr = 0x7fff10100010, .size = 0x100000 - 16},
		{.addr = 0x7fff10300010, .size = 0x20000},
		{.addr = 0x555555559100,
			.size = 64}}; /* a block that the program made of its data */
	struct lt_roots r = {.root = root, .room = MOST};
	(void)state;
	read_all();
	lt_mappings_mark(m, n, blocks, 5, false);
	lt_roots_add(&r, m, n, blocks, 5);
	assert_false(r.full);
	assert_true(covers(&r, 0x555555558000));
	assert_true(covers(&r, 0x555555559000));
	assert_true(covers(&r, 0x5555555590ff));
	assert_false(covers(&r, 0x555555559100));
	assert_true(covers(&r, 0x555555559140));
	assert_false(covers(&r, 0x55555555c200)); /* the heap */
	assert_false(covers(&r, 0x7fff00080000)); /* an arena */
	assert_true(covers(&r, 0x7ffeffe00000));  /* the program's, joined with it */
	assert_true(covers(&r, 0x7ffeffffffff));
	assert_true(covers(&r, 0x7fff10000000)); /* the program's, joined with large blocks */
	assert_true(covers(&r, 0x7fff100fffff));
	assert_false(covers(&r, 0x7fff10100000));
	assert_false(covers(&r, 0x7fff101fffff));
	assert_true(covers(&r, 0x7fff10200000));
	assert_false(covers(&r, 0x7fff10300010));
	assert_true(covers(&r, 0x7fff10321000));
	assert_false(covers(&r, 0x7fff20000000)); /* the dump */
	assert_true(covers(&r, 0x7fff20002000));
	assert_true(covers(&r, 0x7ffffffef000));
	lt_roots_subtract(&r, 0x7ffffffde000, 0x7ffffffff000 - 16);
	assert_false(covers(&r, 0x7ffffffef000));
	assert_true(covers(&r, 0x7fffffffeff8));
}

/* Of another allocator: by 2 MiB. */
static void others_are_parted(void **state)
{
	struct lt_mapping one = {.start = 0x7f0000100000,
		.end = 0x7f0000a00000,
		.flags = LT_MAPPING_READ | LT_MAPPING_WRITE};
	struct lt_scan_block blocks[] = {
		{.addr = 0x7f0000210000, .size = 100}, {.addr = 0x7f00007ffff0, .size = 32}};
	struct lt_roots r = {.root = root, .room = MOST};
	(void)state;
	assert_int_equal(lt_mapping_split(&one, 1, 1), 1);
	lt_mappings_mark(&one, 1, blocks, 2, false);
	lt_roots_add(&r, &one, 1, blocks, 2);
	assert_int_equal(r.n, 2);
	assert_int_equal(r.root[0].start, 0x7f0000100000);
	assert_int_equal(r.root[0].end, 0x7f0000200000);
	assert_int_equal(r.root[1].start, 0x7f0000400000);
	assert_int_equal(r.root[1].end, 0x7f0000600000);
}

/* What an allocator has mapped is told from what the kernel has joined to it. */
static void allocators_mappings_are_parted(void **state)
{
	struct lt_mapping p[8] = {{.start = 0x10000, .end = 0x20000, .flags = RW},
		{.start = 0x30000, .end = 0x90000, .flags = RW}};
	const struct lt_scan_range theirs[] = {
		{0x8000, 0x9000}, {0x30000, 0x40000}, {0x50000, 0x60000}, {0x80000, 0xa0000}};
	static const uintptr_t start[] = {0x10000, 0x30000, 0x40000, 0x50000, 0x60000, 0x80000};
	struct lt_roots r = {.root = root, .room = MOST};
	(void)state;
	assert_int_equal(lt_mapping_part(p, 0, 1, 8, theirs, 4), 1);
	assert_int_equal(lt_mapping_part(p, 1, 2, 8, theirs, 4), 6);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(p[i].start, start[i]);
		assert_int_equal(!!(p[i].flags & LT_MAPPING_ALLOCATOR), i % 2);
	}
	assert_int_equal(p[5].end, 0x90000);
	lt_roots_add(&r, p, 6, NULL, 0);
	assert_int_equal(r.n, 3);
	assert_true(covers(&r, 0x4fff8));
	assert_false(covers(&r, 0x50000));
	assert_int_equal(lt_mapping_part(p, 0, 1, 2, theirs + 1, 1), 1); /* no room */
}

/* glibc's header before a block says what is mapped for it alone. */
static void a_block_of_its_own(void **state)
{
	static uintptr_t memory[8 * 512] __attribute__((aligned(4096)));
	uintptr_t base = (uintptr_t)memory;
	struct lt_mapping one = {.start = base, .end = base + sizeof(memory), .flags = RW};
	struct lt_scan_block b = {.addr = base + 4096 + 16, .size = 5000};
	struct lt_scan_range own;
	struct lt_roots r = {.root = root, .room = MOST, .glibc = true};
	(void)state;
	assert_false(lt_mapping_of_block(&one, &b, &own));
	memory[512 + 1] = 8192 | 2;
	assert_true(lt_mapping_of_block(&one, &b, &own));
	assert_int_equal(own.start, base + 4096);
	assert_int_equal(own.end, base + 3 * 4096);
	lt_mappings_mark(&one, 1, &b, 1, true);
	assert_int_equal(one.flags & LT_MAPPING_SMALL, 0);
	lt_roots_add(&r, &one, 1, &b, 1);
	assert_true(covers(&r, base + 4088));
	assert_false(covers(&r, base + 4096));
	assert_false(covers(&r, base + 3 * 4096 - 8));
	assert_true(covers(&r, base + 3 * 4096));
	b.size = 8192; /* more than it has */
	assert_false(lt_mapping_of_block(&one, &b, &own));
	b = (struct lt_scan_block){.addr = base + 4096 + 256, .size = 5000}; /* memalign's */
	memory[512 + 30] = 240;
	memory[512 + 31] = (8192 - 240) | 2;
	assert_true(lt_mapping_of_block(&one, &b, &own));
	assert_int_equal(own.start, base + 4096);
	assert_int_equal(own.end, base + 3 * 4096);
}

static void a_part_is_claimed(void **state)
{
	struct lt_roots r = {.root = root, .room = 4};
	struct lt_mapping one = {.start = 0x10000, .end = 0x20000, .flags = RW};
	(void)state;
	lt_roots_add(&r, &one, 1, NULL, 0);
	lt_roots_claim(&r, 0x12000, 0x13000, LT_SCAN_TLS, 7);
	assert_int_equal(r.n, 3);
	assert_int_equal(r.root[0].start, 0x12000);
	assert_int_equal(r.root[0].end, 0x13000);
	assert_int_equal(r.root[0].kind, LT_SCAN_TLS);
	assert_int_equal(r.root[0].id, 7);
	assert_true(covers(&r, 0x11fff));
	assert_true(covers(&r, 0x13000));
	assert_true(covers(&r, 0x1ffff));
	assert_false(covers(&r, 0x20000));
	lt_roots_claim(&r, 0x1f000, 0x30000, LT_SCAN_STACK, 8);
	assert_int_equal(r.n, 4);
	assert_false(covers(&r, 0x20000));
	assert_false(r.full);
	lt_roots_claim(&r, 0x14000, 0x15000, LT_SCAN_STACK, 8);
	assert_true(r.full);
}

static void they_are_put_in_order(void **state)
{
	enum { N = 500 };
	static struct lt_scan_root many[N];
	struct lt_roots r = {.root = many, .n = N, .room = N};
	(void)state;
	for (unsigned i = 0; i < N; i++)
		many[i] = (struct lt_scan_root){.start = 0x1000 + i * 7919 % N * 32,
			.end = 0x1000 + i * 7919 % N * 32 + (i % 5 ? 16 : 0),
			.id = i};
	lt_roots_sort(&r);
	assert_int_equal(r.n, N - N / 5);
	for (unsigned i = 0; i < r.n; i++) {
		assert_true(i == 0 || many[i - 1].end <= many[i].start);
		assert_int_equal(many[i].start, 0x1000 + many[i].id * 7919 % N * 32);
	}
}

static void no_room_is_told(void **state)
{
	struct lt_roots r = {.root = root, .room = 3};
	(void)state;
	read_all();
	lt_roots_add(&r, m, n, NULL, 0);
	assert_true(r.full);
	assert_int_equal(r.n, 3);
}

/* In this very process: where glibc's malloc is the one that is used. */
static void the_arena_is_found(void **state)
{
	static char text[1 << 16];
	struct lt_scan_range heap = {0, 0}, arena = {0, 0};
	struct lt_mapping here[2];
	unsigned count = 0;
	(void)state;
	if (SANITIZED)
		skip();
	void *kept[64];
	for (unsigned i = 0; i < 64; i++) /* some lists are not empty */
		kept[i] = malloc(2000 + 100 * i);
	for (unsigned i = 0; i < 64; i += 2)
		free(kept[i]);
	FILE *f = fopen("/proc/self/maps", "re");
	assert_non_null(f);
	size_t len = fread(text, 1, sizeof(text), f);
	fclose(f);
	for (int again = 0; again < 2; again++) {
		const char *p = text;
		struct lt_mapping *last = NULL, *now = &here[0];
		while ((p = lt_mapping_read(
				p, text + len, last, &(struct lt_roots_file){0}, now))) {
			if (now->flags & LT_MAPPING_HEAP)
				heap = (struct lt_scan_range){now->start, now->end};
			if (again && (now->flags & LT_MAPPING_DATA) &&
				(now->flags & LT_MAPPING_WRITE)) {
				struct lt_scan_range a = lt_roots_arena(now->start, now->end, heap);
				count += a.end != 0;
				arena = a.end ? a : arena;
			}
			last = now;
			now = now == &here[0] ? &here[1] : &here[0];
		}
	}
	assert_int_equal(count, 1);
	assert_true(arena.end - arena.start > 2032 && arena.end - arena.start < 2400);
	/* The last chunk's end stands in it. */
	for (unsigned i = 1; i < 64; i += 2)
		free(kept[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read),
		cmocka_unit_test(allocators_memory_is_none),
		cmocka_unit_test(others_are_parted),
		cmocka_unit_test(allocators_mappings_are_parted),
		cmocka_unit_test(a_block_of_its_own),
		cmocka_unit_test(a_part_is_claimed),
		cmocka_unit_test(they_are_put_in_order),
		cmocka_unit_test(no_room_is_told),
		cmocka_unit_test(the_arena_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
