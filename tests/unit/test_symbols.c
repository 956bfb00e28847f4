/* Addresses to names: against addr2line for every instruction, and for files that are stripped,
 * split, exchanged, made up or damaged. Fixtures are compiled when the test runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tools/symbols/symbols.h"

static char tmp[] = "/tmp/leaktrace-symbols.XXXXXX";

#include "tests/unit/shell.h"

/* The first line that a command prints. */
__attribute__((format(printf, 2, 3))) static void line_of(char out[1024], const char *format, ...)
{
	char command[COMMAND_MAX];
	va_list args;
	va_start(args, format);
	command_here(command, format, args);
	va_end(args);
	FILE *p = popen(command, "r");
	assert_non_null(p);
	if (!fgets(out, 1024, p))
		out[0] = '\0';
	out[strcspn(out, "\n")] = '\0';
	pclose(p);
}

static uint64_t address_of(const char *file, const char *symbol)
{
	char line[1024];
	line_of(line, "nm %s | sed -n 's/^\\([0-9a-f]*\\) . %s$/\\1/p'", file, symbol);
	assert_int_not_equal(line[0], '\0');
	return strtoull(line, NULL, 16);
}

static const char *path_of(const char *name)
{
	static char path[PATH_MAX];
	snprintf(path, sizeof(path), "%s/%s", tmp, name);
	return path;
}

static struct lr_symbols *open_plain(void)
{
	struct lr_symbol_options none = {.sysroot = NULL};
	struct lr_symbols *s = lr_symbols_open(&none);
	assert_non_null(s);
	return s;
}

static int module_of(struct lr_symbols *s, const char *name)
{
	int m = lr_symbols_module(s, path_of(name), NULL, 0, 0, 0, 0);
	assert_true(m >= 0);
	return m;
}

/* gcc where it is there: binutils' addr2line, the judge, leaves out inlined calls whose ranges
 * clang writes as lists. */
static const char *compiler(const char *variable, const char *gnu, const char *fallback)
{
	const char *given = getenv(variable);
	if (run("%s --version >gnu.log 2>&1", gnu) == 0)
		return gnu;
	return given && *given ? given : fallback;
}

static void build_fixtures(void)
{
	const char *src = getenv("top_srcdir");
	char here[PATH_MAX];
	if (!src)
		src = realpath("..", here);
	const char *cc = compiler("CC", "gcc", "cc"), *cxx = compiler("CXX", "g++", "c++");
	const char *flags = "-g -O2 -fPIC -shared -Wl,--build-id -fno-sanitize=all";
	assert_int_equal(0, run("%s %s -o c.so %s/tests/unit/symbols-fixture.c", cc, flags, src));
	if (run("%s %s -o cxx.so %s/tests/unit/symbols-fixture.cc 2>/dev/null", cxx, flags, src))
		print_message("no C++ compiler: its names are not tested\n");
	assert_int_equal(0, run("cp c.so stripped.so && strip stripped.so"));
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(tmp))
		return -1;
	build_fixtures();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return run("rm -rf %s", tmp);
}

/* Prints what addr2line -afi prints, for each address in the file `addresses`. */
static void print_like_addr2line(const char *object, const char *output)
{
	struct lr_symbols *s = open_plain();
	int module = module_of(s, object);
	FILE *in = fopen(path_of("addresses"), "r");
	FILE *out = fopen(path_of(output), "w");
	unsigned long long addr;
	assert_non_null(in);
	assert_non_null(out);
	while (fscanf(in, "%llx", &addr) == 1) {
		struct lr_location at[64];
		size_t n = lr_symbols_resolve(s, module, addr, false, at, 64);
		fprintf(out, "0x%016llx\n", addr);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(at[i].inlined, i + 1 < n);
			assert_int_equal(at[i].offset, addr);
			fprintf(out, "%s\n%s:%u\n", at[i].function ? at[i].function : "??",
				at[i].file ? at[i].file : "??", at[i].line);
		}
	}
	fclose(in);
	fclose(out);
	lr_symbols_close(s);
}

/* addr2line's answers in the form above; start-up code, which has no lines, left out. */
static void test_every_instruction_of_c(void **state)
{
	(void)state;
	assert_int_equal(0, run("objdump -d --no-show-raw-insn -j .text c.so |"
				"sed -n '/<\\(hidden_alloc\\|fixture_[a-z]*\\)>:/,/^$/s/^ "
				"*\\([0-9a-f]*\\):.*/\\1/p'"
				">addresses && test $(wc -l <addresses) -gt 50"));
	assert_int_equal(0, run("addr2line -afi -e c.so <addresses |"
				"sed 's/ (discriminator.*//; s/:?$/:0/' >expected"));
	print_like_addr2line("c.so", "got");
	assert_int_equal(0, run("diff expected got"));
	assert_int_equal(0, run("grep -A2 '^square' got | grep -q '^sum_of_squares'"));
}

static void test_names_of_cxx(void **state)
{
	(void)state;
	if (access(path_of("cxx.so"), R_OK))
		skip();
	assert_int_equal(0, run("objdump -d --no-show-raw-insn -j .text cxx.so |"
				"sed -n 's/^ *\\([0-9a-f]*\\):.*/\\1/p' >addresses"));
	print_like_addr2line("cxx.so", "got");
	static const char *const names[] = {"demo::Box<int>::push(int)",
		"demo::Box<int>::total() const", "demo::fill(demo::Box<int>&, int)", "fixture_run"};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_int_equal(0, run("grep -qFx '%s' got", names[i]));
	assert_int_equal(0, run("grep -FxA1 'demo::Box<int>::push(int)' got |"
				"grep -q 'symbols-fixture.cc:[0-9]'"));
}

static void test_return_address_at_the_very_end(void **state)
{
	(void)state;
	char line[1024];
	line_of(line, "nm -S c.so | sed -n 's/^\\([0-9a-f]*\\) \\([0-9a-f]*\\) T fixture_die$/\\1 "
		      "\\2/p'");
	char *rest;
	uint64_t start = strtoull(line, &rest, 16), size = strtoull(rest, NULL, 16);
	struct lr_symbols *s = open_plain();
	int module = module_of(s, "c.so");
	struct lr_location at[8];
	size_t n = lr_symbols_resolve(s, module, start + size, true, at, 8);
	assert_true(n >= 1);
	assert_string_equal(at[n - 1].function, "fixture_die");
	assert_int_equal(at[0].offset, start + size);
	lr_symbols_close(s);
}

static void test_bias_and_bounds(void **state)
{
	(void)state;
	const uint64_t bias = 0x7f0000000000;
	uint64_t addr = address_of("c.so", "fixture_make");
	struct lr_symbols *s = open_plain();
	int m = lr_symbols_module(s, path_of("c.so"), NULL, 0, bias, bias + 0x10000, bias);
	struct lr_location at[8];
	size_t n = lr_symbols_resolve(s, m, bias + addr, false, at, 8);
	assert_string_equal(at[n - 1].function, "fixture_make");
	assert_int_equal(at[n - 1].offset, addr);
	assert_int_equal(1, lr_symbols_resolve(s, m, bias + 0x10000, false, at, 8));
	assert_null(at[0].function);
	assert_string_equal(at[0].module, path_of("c.so"));
	assert_int_equal(1, lr_symbols_resolve(s, m + 1, addr, false, at, 8));
	assert_null(at[0].module);
	assert_int_equal(1, lr_symbols_resolve(s, -1, addr, false, at, 8));
	assert_int_equal(0, lr_symbols_resolve(s, m, addr, false, at, 0));
	lr_symbols_close(s);
}

static void test_few_places_keep_the_real_function(void **state)
{
	(void)state;
	uint64_t addr = address_of("c.so", "fixture_make");
	struct lr_symbols *s = open_plain();
	int m = module_of(s, "c.so");
	for (uint64_t a = addr; a < addr + 64; a++) {
		struct lr_location one, many[8];
		size_t n = lr_symbols_resolve(s, m, a, false, many, 8);
		assert_int_equal(1, lr_symbols_resolve(s, m, a, false, &one, 1));
		assert_string_equal(one.function, many[n - 1].function);
		assert_false(one.inlined);
	}
	lr_symbols_close(s);
}

static void test_dynamic_symbols_only(void **state)
{
	(void)state;
	struct lr_symbols *s = open_plain();
	int m = module_of(s, "stripped.so");
	struct lr_location at[4];
	assert_int_equal(
		1, lr_symbols_resolve(s, m, address_of("c.so", "fixture_make") + 1, false, at, 4));
	assert_string_equal(at[0].function, "fixture_make");
	assert_false(at[0].nearest);
	assert_null(at[0].file);
	/* A static function has no dynamic symbol: what comes before it is named as such. */
	uint64_t hidden = address_of("c.so", "hidden_alloc");
	assert_int_equal(1, lr_symbols_resolve(s, m, hidden + 4, false, at, 4));
	assert_true(!at[0].function || at[0].nearest);
	assert_int_equal(1, lr_symbols_resolve(s, m, 0x7ffffffff, false, at, 4));
	assert_int_equal(at[0].offset, 0x7ffffffff);
	lr_symbols_close(s);
}

/* The build-id of a file; returns its length. */
static size_t build_id_of(const char *file, uint8_t id[64])
{
	char line[1024];
	size_t n = 0;
	line_of(line, "readelf -n %s | sed -n 's/.*Build ID: //p'", file);
	for (; n < 64 && sscanf(line + 2 * n, "%2hhx", &id[n]) == 1; n++)
		;
	assert_true(n >= 8);
	return n;
}

/* Whether the given module of these options names fixture_make with its line. */
static bool names_lines(
	const struct lr_symbol_options *o, const char *path, const uint8_t *id, size_t id_len)
{
	struct lr_symbols *s = lr_symbols_open(o);
	assert_non_null(s);
	int m = lr_symbols_module(s, path, id, id_len, 0, 0, 0);
	struct lr_location at[8];
	size_t n = lr_symbols_resolve(s, m, address_of("c.so", "fixture_make"), false, at, 8);
	bool named = at[n - 1].function && strcmp(at[n - 1].function, "fixture_make") == 0 &&
		     at[n - 1].line > 0 && strstr(at[n - 1].file, "symbols-fixture.c") &&
		     (at[n - 1].file[0] == '/') == !at[n - 1].dir;
	lr_symbols_close(s);
	return named;
}

static void test_separate_debug_file(void **state)
{
	(void)state;
	uint8_t id[64];
	size_t n = build_id_of("c.so", id);
	char dir[PATH_MAX], root[PATH_MAX];
	snprintf(dir, sizeof(dir), "%s", path_of("debug"));
	snprintf(root, sizeof(root), "%s", path_of("root"));
	assert_int_equal(
		0, run("id=$(readelf -n c.so | sed -n 's/.*Build ID: //p');"
		       "d=.build-id/$(echo $id | cut -c1-2); f=$(echo $id | cut -c3-).debug;"
		       "mkdir -p debug/$d root/usr/lib/debug/$d root/opt &&"
		       "objcopy --only-keep-debug c.so debug/$d/$f && cp debug/$d/$f "
		       "root/usr/lib/debug/$d &&"
		       "cp stripped.so root/opt/real.so && ln -s /opt/real.so root/opt/lib.so"));
	const char *const dirs[] = {dir};
	struct lr_symbol_options with_dir = {.debug_dirs = dirs, .debug_dir_count = 1};
	struct lr_symbol_options with_root = {.sysroot = root};
	struct lr_symbol_options with_nothing = {.sysroot = NULL};
	assert_true(names_lines(&with_dir, path_of("stripped.so"), id, n));
	assert_true(names_lines(&with_dir, path_of("stripped.so"), NULL, 0));
	assert_true(names_lines(&with_dir, "/no/such/module.so", id, n));
	assert_false(names_lines(&with_nothing, path_of("stripped.so"), id, n));
	assert_true(names_lines(&with_root, "/opt/lib.so", id, n));
	assert_true(names_lines(&with_root, "/opt/lib.so", NULL, 0));
	assert_false(names_lines(&with_nothing, "/opt/lib.so", NULL, 0));
}

static void test_debug_link(void **state)
{
	(void)state;
	assert_int_equal(
		0, run("mkdir -p .debug && objcopy --only-keep-debug c.so .debug/linked.debug &&"
		       "cp stripped.so linked.so && objcopy "
		       "--add-gnu-debuglink=.debug/linked.debug linked.so &&"
		       "objcopy -R .note.gnu.build-id c.so plain.so && cp plain.so anonymous.so &&"
		       "objcopy --only-keep-debug plain.so .debug/anonymous.debug && strip "
		       "anonymous.so &&"
		       "objcopy --add-gnu-debuglink=.debug/anonymous.debug anonymous.so"));
	struct lr_symbol_options none = {.sysroot = NULL};
	assert_true(names_lines(&none, path_of("linked.so"), NULL, 0));
	assert_true(names_lines(&none, path_of("anonymous.so"), NULL, 0)); /* by its checksum */
	assert_int_equal(0, run("printf x >>.debug/anonymous.debug"));
	assert_false(names_lines(&none, path_of("anonymous.so"), NULL, 0));
}

/* With -gsplit-dwarf most of it is in .dwo files beside the object; the answers are the same. */
static void test_split_dwarf(void **state)
{
	(void)state;
	const char *src = getenv("top_srcdir"), *cc = compiler("CC", "gcc", "cc");
	if (run("mkdir -p split && cd split && %s -gsplit-dwarf -g -O2 -fPIC -shared -o split.so "
		"%s/tests/unit/symbols-fixture.c && ls *.dwo >/dev/null",
		    cc, src ? src : ".."))
		skip();
	assert_int_equal(0, run("%s -g -O2 -fPIC -shared -o split/whole.so "
				"%s/tests/unit/symbols-fixture.c",
				    cc, src ? src : ".."));
	assert_int_equal(0, run("objdump -d --no-show-raw-insn -j .text split/whole.so |"
				"sed -n 's/^ *\\([0-9a-f]*\\):.*/\\1/p' >addresses"));
	print_like_addr2line("split/whole.so", "expected");
	print_like_addr2line("split/split.so", "got");
	assert_int_equal(0, run("grep -q '^square' got && diff expected got"));
	/* A pipe in the place of the file is not waited for. */
	assert_int_equal(0, run("cd split && for f in *.dwo; do rm $f; mkfifo $f; done"));
	print_like_addr2line("split/split.so", "got");
}

/* A debuginfod server is asked when it is allowed and one is named; here, a directory is one. */
static void test_debuginfod(void **state)
{
	(void)state;
	uint8_t id[64];
	char url[PATH_MAX + 32], cache[PATH_MAX];
	size_t n = build_id_of("c.so", id);
	struct lr_symbol_options ask = {.debuginfod = true}, never = {.debuginfod = false};
	assert_int_equal(0, run("id=$(readelf -n c.so | sed -n 's/.*Build ID: //p');"
				"mkdir -p server/buildid/$id &&"
				"objcopy --only-keep-debug c.so server/buildid/$id/debuginfo"));
	snprintf(url, sizeof(url), "file://%s/", path_of("server"));
	snprintf(cache, sizeof(cache), "%s", path_of("cache"));
	setenv("DEBUGINFOD_CACHE_PATH", cache, 1);
	unsetenv("DEBUGINFOD_URLS");
	assert_false(names_lines(&ask, path_of("stripped.so"), id, n));
	setenv("DEBUGINFOD_URLS", url, 1);
	assert_false(names_lines(&never, path_of("stripped.so"), id, n));
	assert_int_not_equal(0, access(cache, F_OK));
	void *client = dlopen("libdebuginfod.so.1", RTLD_NOW);
	if (client)
		assert_true(names_lines(&ask, path_of("stripped.so"), id, n));
	unsetenv("DEBUGINFOD_URLS");
}

static void count_warnings(void *context, const char *text)
{
	assert_non_null(strstr(text, "build-id"));
	++*(int *)context;
}

static void test_other_build(void **state)
{
	(void)state;
	uint8_t id[64];
	size_t n = build_id_of("c.so", id);
	int warnings = 0;
	struct lr_symbol_options o = {.warn = count_warnings, .warn_context = &warnings};
	assert_true(names_lines(&o, path_of("c.so"), id, n));
	assert_int_equal(warnings, 0);
	id[3] ^= 1;
	struct lr_symbols *s = lr_symbols_open(&o);
	for (int i = 0; i < 3; i++) {
		int m = lr_symbols_module(s, path_of("c.so"), id, n, 0, 0, (uint64_t)i << 32);
		struct lr_location at[4];
		assert_int_equal(1, lr_symbols_resolve(s, m, 0x1200, false, at, 4));
		assert_null(at[0].function);
		assert_string_equal(at[0].module, path_of("c.so"));
	}
	assert_int_equal(warnings, 1);
	lr_symbols_close(s);
}

static void test_what_is_no_file(void **state)
{
	(void)state;
	assert_int_equal(0, run("mkfifo pipe && mkdir dir && : >empty && echo text >text"));
	static const char *const names[] = {"pipe", "dir", "empty", "text", "absent"};
	struct lr_symbols *s = open_plain();
	struct lr_location at[2];
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_int_equal(
			1, lr_symbols_resolve(s, module_of(s, names[i]), 0x1000, true, at, 2));
		assert_null(at[0].function);
	}
	static const char *const paths[] = {"", "c.so", "linux-vdso.so.1", "/dev/zero", "/dev/tty"};
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		int m = lr_symbols_module(s, paths[i], NULL, 0, 0, 0, 0);
		assert_int_equal(1, lr_symbols_resolve(s, m, 0x1000, true, at, 2));
		assert_null(at[0].function);
	}
	lr_symbols_close(s);
}

static size_t read_whole(const char *name, uint8_t **bytes)
{
	FILE *f = fopen(path_of(name), "rb");
	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	size_t n = (size_t)ftell(f);
	rewind(f);
	*bytes = malloc(n);
	assert_int_equal(n, fread(*bytes, 1, n, f));
	fclose(f);
	return n;
}

/* Any answer is right for a damaged file, as long as one comes. */
static void test_damaged_files(void **state)
{
	(void)state;
	uint8_t *good;
	size_t n = read_whole("c.so", &good);
	uint8_t *bad = malloc(n);
	uint64_t random = 20240229;
	for (int round = 0; round < 400; round++) {
		size_t length = n;
		memcpy(bad, good, n);
		for (int hit = 0; hit < 1 + round % 40; hit++) {
			random = random * 6364136223846793005ULL + 1442695040888963407ULL;
			bad[(random >> 20) % n] = (uint8_t)(random >> 56);
		}
		if (round % 8 == 7)
			length = (size_t)(random >> 24) % n;
		memcpy(bad, good, 16); /* what tells that it is ELF stays */
		FILE *f = fopen(path_of("bad.so"), "wb");
		assert_int_equal(length, fwrite(bad, 1, length, f));
		fclose(f);
		struct lr_symbols *s = open_plain();
		int m = module_of(s, "bad.so");
		for (uint64_t addr = 0x1000; addr < 0x1400; addr += 3) {
			struct lr_location at[16];
			assert_true(lr_symbols_resolve(s, m, addr, false, at, 16) >= 1);
		}
		lr_symbols_close(s);
	}
	free(bad);
	free(good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_instruction_of_c),
		cmocka_unit_test(test_names_of_cxx),
		cmocka_unit_test(test_return_address_at_the_very_end),
		cmocka_unit_test(test_bias_and_bounds),
		cmocka_unit_test(test_few_places_keep_the_real_function),
		cmocka_unit_test(test_dynamic_symbols_only),
		cmocka_unit_test(test_separate_debug_file),
		cmocka_unit_test(test_debug_link),
		cmocka_unit_test(test_split_dwarf),
		cmocka_unit_test(test_debuginfod),
		cmocka_unit_test(test_other_build),
		cmocka_unit_test(test_what_is_no_file),
		cmocka_unit_test(test_damaged_files),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
