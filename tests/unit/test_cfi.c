/* Reading unwind tables: expressions, both ways of finding an entry, and tables that are broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "lib/cfi.h"

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

static bool expr(const uint8_t *p, size_t n, uintptr_t pc, struct lt_expr *e)
{
	return lt_cfi_expr(p, p + n, pc, e);
}

static void test_plt(void **state)
{
	(void)state;
	/* rsp + 8 + ((rip & 15) >= 11) * 8, as linkers write for .plt */
	for (uintptr_t pc = 0x401020; pc < 0x401040; pc++) {
		struct lt_expr e;
		assert_true(expr(
			BYTES(0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22), pc, &e));
		assert_int_equal(e.reg, LT_DW_RSP);
		assert_false(e.deref);
		assert_int_equal(e.off, (pc & 15) >= 11 ? 16 : 8);
	}
}

static void test_deref(void **state)
{
	(void)state;
	struct lt_expr e;
	assert_true(expr(BYTES(0x76, 0x78, 0x06), 0, &e)); /* [rbp - 8] */
	assert_true(e.deref && e.reg == LT_DW_RBP && e.off == -8 && e.add == 0);
	assert_true(expr(BYTES(0x77, 0x98, 0x01, 0x06, 0x23, 0x08), 0, &e)); /* [rsp + 152] + 8 */
	assert_true(e.deref && e.reg == LT_DW_RSP && e.off == 152 && e.add == 8);
	assert_true(expr(BYTES(0x0b, 0xfe, 0xff), 0, &e)); /* const2s -2 */
	assert_true(!e.deref && e.reg == LT_DW_REGS && e.off == -2);
}

static void test_refused(void **state)
{
	(void)state;
	struct lt_expr e;
	assert_false(expr(BYTES(0x77, 0, 0x73, 0, 0x22), 0, &e)); /* rsp + rbx */
	assert_false(expr(BYTES(0x77, 0, 0x06, 0x06), 0, &e));    /* [[rsp]] */
	assert_false(expr(BYTES(0x22), 0, &e));
	assert_false(expr(BYTES(0x06), 0, &e));
	assert_false(expr(BYTES(0x77), 0, &e)); /* ends early */
	assert_false(expr(BYTES(0x77, 0x80), 0, &e));
	assert_false(expr(BYTES(0x0e, 1, 2, 3), 0, &e));
	assert_false(expr(BYTES(0x31, 0x31, 0x31, 0x31, 0x31), 0, &e)); /* five values */
	assert_false(expr(BYTES(0xff), 0, &e));
	assert_false(expr(NULL, 0, 0, &e));
}

/* libc's table, as far as its pages go. */
static struct lt_cfi libc_table(uintptr_t *start, uintptr_t *end)
{
	struct dl_find_object o;

	assert_int_equal(_dl_find_object((void *)qsort, &o), 0);
	*start = (uintptr_t)o.dlfo_map_start;
	*end = (uintptr_t)o.dlfo_map_end;
	return (struct lt_cfi){o.dlfo_eh_frame, 0, UINTPTR_MAX};
}

/* The entries of the search table: pairs of offsets from the header. */
static const int32_t *pairs(const struct lt_cfi *t, uint32_t *count)
{
	const uint8_t *hdr = t->eh_frame_hdr;

	memcpy(count, hdr + 8, 4);
	return (const int32_t *)(hdr + 12);
}

static void test_both_searches(void **state)
{
	(void)state;
	uintptr_t start, end;
	uint32_t count;
	struct lt_cfi t = libc_table(&start, &end);
	const int32_t *p = pairs(&t, &count);
	uint8_t plain[16] = {1, 0 /* absolute */, 0xff, 0xff};
	int32_t rel;
	memcpy(&rel, (const uint8_t *)t.eh_frame_hdr + 4, 4);
	uintptr_t frame = (uintptr_t)t.eh_frame_hdr + 4 + (uintptr_t)(intptr_t)rel;
	memcpy(plain + 4, &frame, 8);
	struct lt_cfi walk = {plain, 0, UINTPTR_MAX};

	assert_true(count > 1000);
	for (uint32_t i = 0; i < count; i += count / 150) {
		uintptr_t pc = (uintptr_t)t.eh_frame_hdr + (uintptr_t)(intptr_t)p[2 * i];
		struct lt_fde a, b;
		assert_true(lt_cfi_find(&t, pc, &a));
		assert_int_equal(a.start, pc);
		assert_true(lt_cfi_find(&walk, pc, &b));
		assert_ptr_equal(a.ops, b.ops);
		assert_ptr_equal(a.end, b.end);
	}
}

/* Every entry of libc has a row at its first instruction: CFA = rsp + 8 but for a few by hand. */
static void test_first_rows(void **state)
{
	(void)state;
	uintptr_t start, end;
	uint32_t count, usual = 0, none = 0;
	struct lt_cfi t = libc_table(&start, &end);
	const int32_t *p = pairs(&t, &count);

	for (uint32_t i = 0; i < count; i++) {
		uintptr_t pc = (uintptr_t)t.eh_frame_hdr + (uintptr_t)(intptr_t)p[2 * i];
		struct lt_fde f;
		struct lt_row row;
		if (!lt_cfi_find(&t, pc, &f) || !lt_cfi_row(&f, pc, &row)) {
			none++;
			continue;
		}
		usual += row.cfa == LT_CFA_REG && row.reg == LT_DW_RSP && row.off == 8 &&
			 row.slot[LT_SLOT_RA].how == LT_AT_CFA && row.slot[LT_SLOT_RA].off == -8;
	}
	assert_int_equal(none, 0);
	assert_true(usual > count * 9 / 10);
}

/* A table between two unreadable pages, with bytes changed at random: any answer will do. */
static void test_broken_tables(void **state)
{
	(void)state;
	struct dl_find_object o;
	assert_int_equal(_dl_find_object((void *)test_broken_tables, &o), 0);
	uintptr_t low = (uintptr_t)o.dlfo_eh_frame, high = (uintptr_t)o.dlfo_map_end;
	/* Header and frames lie together; what is behind them does not matter. */
	uint32_t count;
	struct lt_cfi own = {o.dlfo_eh_frame, 0, UINTPTR_MAX};
	const int32_t *p = pairs(&own, &count);
	uintptr_t last = low;
	for (uint32_t i = 0; i < count; i++)
		if (low + (uintptr_t)p[2 * i + 1] > last)
			last = low + (uintptr_t)p[2 * i + 1];
	size_t len = last + 64 - low;
	assert_true(len < high - low);
	size_t room = (len + 4095) & ~4095ul;
	char *map = mmap(NULL, room + 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(map + 4096, room, PROT_READ | PROT_WRITE);
	uint8_t *copy = (uint8_t *)map + 4096 + room - len;
	copy = (uint8_t *)((uintptr_t)copy & ~7ul);
	len = (size_t)((uint8_t *)map + 4096 + room - copy);
	memcpy(copy, o.dlfo_eh_frame, len);
	struct lt_cfi t = {copy, (uintptr_t)map + 4096, (uintptr_t)copy + len};
	unsigned found = 0, rows = 0;

	srandom(2);
	for (unsigned i = 0; i < 300000; i++) {
		size_t at[3];
		uint8_t was[3];
		for (int k = 0; k < 3; k++) {
			at[k] = random() % 4 ? (size_t)random() % len : (size_t)random() % 16;
			was[k] = copy[at[k]];
			copy[at[k]] = (uint8_t)(random() % 3 ? random() : 0xff);
		}
		uintptr_t pc = (uintptr_t)copy +
			       (uintptr_t)(intptr_t)p[2 * ((unsigned)random() % count)] +
			       (uintptr_t)random() % 64;
		struct lt_fde f;
		struct lt_row row;
		if (lt_cfi_find(&t, pc, &f)) {
			found++;
			rows += lt_cfi_row(&f, pc, &row);
		}
		for (int k = 2; k >= 0; k--)
			copy[at[k]] = was[k];
	}
	assert_true(found > 1000 && rows > 1000);
	munmap(map, room + 8192);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plt),
		cmocka_unit_test(test_deref),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_both_searches),
		cmocka_unit_test(test_first_rows),
		cmocka_unit_test(test_broken_tables),
	};

	return cmocka_run_group_tests_name("cfi", tests, NULL, NULL);
}
