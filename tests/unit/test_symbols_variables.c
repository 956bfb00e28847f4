/* Variables by address: what nm and the source say, with and without symbols. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tools/symbols/symbols.h"

static char tmp[] = "/tmp/leaktrace-variables.XXXXXX";

#include "tests/unit/shell.h"

/* One variable a line; the file has no code. */
static const char data_source[] = "int table[100] = {1};\n"
				  "static long hidden[4] __attribute__((used));\n"
				  "__thread int first_of_thread = 7;\n"
				  "__thread long second_of_thread[3];\n";
static const char code_source[] = "extern int table[];\n"
				  "int f(void) {\n"
				  "static int counter[8];\n"
				  "return table[0] + counter[1]++; }\n";

static void write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(0, fclose(f));
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(tmp) || chdir(tmp) != 0)
		return -1;
	const char *cc = run("gcc --version >/dev/null 2>&1") == 0 ? "gcc" : "cc";
	write_file("data.c", data_source);
	write_file("code.c", code_source);
	assert_int_equal(
		0, run("%s -g -O1 -fPIC -shared -fno-sanitize=all -o full.so data.c code.c", cc));
	assert_int_equal(0, run("strip -g -o symbols.so full.so && strip -o bare.so full.so"));
	assert_int_equal(
		0, run("objcopy --strip-symbol=table --strip-symbol=hidden full.so dwarf.so"));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return chdir("/") || run("rm -rf %s", tmp);
}

static uint64_t address_of(const char *name)
{
	uint64_t addr = 0;
	assert_int_equal(0, run("nm full.so | awk '$3 ~ /^%s/ { print $1 }' >address", name));
	FILE *f = fopen("address", "r");
	assert_non_null(f);
	assert_int_equal(1, fscanf(f, "%" SCNx64, &addr));
	fclose(f);
	return addr;
}

static struct lr_symbols *symbols;

static struct lr_variable at(const char *object, uint64_t addr, bool tls)
{
	enum { BIAS = 0x10000 };
	char path[PATH_MAX];
	struct lr_symbol_options none = {.sysroot = NULL};
	struct lr_variable v;
	lr_symbols_close(symbols);
	symbols = lr_symbols_open(&none);
	snprintf(path, sizeof(path), "%s/%s", tmp, object);
	int m = lr_symbols_module(symbols, path, NULL, 0, BIAS, BIAS + (1 << 20), BIAS);
	lr_symbols_variable(symbols, m, tls ? addr : addr + BIAS, tls, true, &v);
	assert_string_equal(v.module, path);
	return v;
}

static void expect(const char *object, const char *name, uint64_t off, bool tls, const char *file,
	unsigned line, uint64_t size)
{
	uint64_t addr = address_of(name);
	struct lr_variable v = at(object, addr + off, tls);
	assert_non_null(v.name);
	assert_int_equal(0, strncmp(v.name, name, strlen(name)));
	assert_int_equal(v.addr, addr);
	assert_int_equal(v.size, size);
	assert_int_equal(v.line, line);
	if (!file) {
		assert_null(v.file);
		return;
	}
	assert_non_null(v.file);
	assert_string_equal(strrchr(v.file, '/') ? strrchr(v.file, '/') + 1 : v.file, file);
}

static void test_debug_information(void **state)
{
	(void)state;
	expect("full.so", "table", 0, false, "data.c", 1, 400);
	expect("full.so", "table", 399, false, "data.c", 1, 400);
	expect("full.so", "hidden", 8, false, "data.c", 2, 32);
	expect("full.so", "counter", 16, false, "code.c", 3, 32);
	expect("full.so", "first_of_thread", 0, true, "data.c", 3, 4);
	expect("full.so", "second_of_thread", 16, true, "data.c", 4, 24);
}

/* The symbol table has lost some, the debug information has not. */
static void test_no_symbol(void **state)
{
	(void)state;
	expect("dwarf.so", "hidden", 31, false, "data.c", 2, 32);
}

static void test_symbols_alone(void **state)
{
	(void)state;
	expect("symbols.so", "hidden", 8, false, NULL, 0, 32);
	expect("symbols.so", "second_of_thread", 8, true, NULL, 0, 24);
	expect("bare.so", "table", 8, false, NULL, 0, 400);
}

static void test_unknown(void **state)
{
	uint64_t hidden = address_of("hidden");
	struct lr_variable v = at("bare.so", hidden + 8, false);
	(void)state;
	assert_null(v.name);
	assert_string_equal(v.section, ".bss");
	assert_int_equal(v.addr, hidden + 8);
	v = at("full.so", 0x900000, false);
	assert_null(v.name);
	assert_null(v.section);
	v = at("missing.so", hidden, false);
	assert_null(v.name);
	lr_symbols_close(symbols);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_debug_information),
		cmocka_unit_test(test_no_symbol),
		cmocka_unit_test(test_symbols_alone),
		cmocka_unit_test(test_unknown),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
