/* Names that are kept from one report to the next: the same as without, whatever has become of the
 * files that they were taken from, or of those that they were kept in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tools/symbols/cache.h"
#include "tools/symbols/cachedir.h"
#include "tools/symbols/strings.h"
#include "tools/symbols/symbols.h"

enum { HEAD = 16, CHECKSUM_AT = 8, MANY = 4096 };

static char tmp[] = "/tmp/leaktrace-cache.XXXXXX";

#include "tests/unit/shell.h"

/* Stays valid. */
static const char *path_of(const char *name)
{
	static char *paths[64];
	char path[PATH_MAX];
	int i = 0;
	snprintf(path, sizeof(path), "%s/%s", tmp, name);
	while (paths[i] && strcmp(paths[i], path) != 0)
		assert_true(++i < 64);
	if (!paths[i])
		paths[i] = strdup(path);
	return paths[i];
}

/* Files that have just been changed are not trusted to stay as they are. */
static void settle(void)
{
	struct timespec t = {.tv_sec = 2, .tv_nsec = 100000000};
	nanosleep(&t, NULL);
}

static int set_up(void **state)
{
	const char *src = getenv("top_srcdir"), *cc = getenv("CC");
	(void)state;
	if (!mkdtemp(tmp))
		return -1;
	if (!src || src[0] != '/') {
		static char here[PATH_MAX];
		src = realpath(src ? src : "..", here);
	}
	if (run("%s -g -O2 -fPIC -shared -Wl,--build-id -fno-sanitize=all -o c.so "
		"%s/tests/unit/symbols-fixture.c && cp c.so stripped.so && strip stripped.so && "
		"nm c.so | sed -n 's/^\\([0-9a-f]*\\) [tT] .*/\\1/p' >addresses",
		    cc && *cc ? cc : "cc", src) != 0)
		return -1;
	settle();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return run("chmod -R u+rwX . ; rm -rf %s", tmp);
}

/* Everything that is said about the module's addresses, as text; to be freed. */
static char *names_of(const char *module, const char *cache, const char *debug_dir)
{
	const char *const dirs[] = {debug_dir};
	struct lr_symbol_options o = {
		.cache_dir = cache, .debug_dirs = dirs, .debug_dir_count = debug_dir != NULL};
	struct lr_symbols *s = lr_symbols_open(&o);
	FILE *in = fopen(path_of("addresses"), "r");
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	unsigned long long addr;
	assert_non_null(s);
	assert_non_null(in);
	int m = lr_symbols_module(s, path_of(module), NULL, 0, 0, 0, 0);
	while (fscanf(in, "%llx", &addr) == 1)
		for (uint64_t a = addr; a < addr + 40; a++) {
			struct lr_location at[16];
			size_t n = lr_symbols_resolve(s, m, a, false, at, 16);
			for (size_t i = 0; i < n; i++)
				fprintf(out, "%llx %s %s %s %u %d %d\n", (unsigned long long)a,
					at[i].function ? at[i].function : "?",
					at[i].file ? at[i].file : "?", at[i].dir ? at[i].dir : "?",
					at[i].line, at[i].inlined, at[i].nearest);
		}
	fclose(in);
	fclose(out);
	lr_symbols_close(s);
	return text;
}

static void assert_names(const char *want, const char *module, const char *cache, const char *debug)
{
	char *got = names_of(module, cache, debug);
	assert_string_equal(got, want);
	free(got);
}

/* The only file in a cache directory: its name, as the bytes of its build-id. */
static struct lr_build_id only_file(const char *cache, char path[PATH_MAX])
{
	struct lr_build_id id = {.len = 0};
	char command[PATH_MAX + 20], name[256] = "";
	snprintf(command, sizeof(command), "ls -A %s", cache);
	FILE *p = popen(command, "r");
	assert_int_equal(fscanf(p, "%255s", name), 1);
	pclose(p);
	snprintf(path, PATH_MAX, "%s/%s", cache, name);
	while (sscanf(name + 2 * id.len, "%2hhx", &id.bytes[id.len]) == 1)
		id.len++;
	assert_true(id.len >= 8 && strlen(name) == 2 * id.len);
	return id;
}

static uint8_t *slurp(const char *path, size_t *size)
{
	uint8_t *bytes = malloc(1 << 20);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	*size = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	return bytes;
}

static void spill(const char *path, const uint8_t *bytes, size_t size)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, size, f), size);
	fclose(f);
}

static void seal(uint8_t *bytes, size_t size)
{
	uint64_t sum = lr_hash_bytes(bytes + HEAD, size - HEAD);
	memcpy(bytes + CHECKSUM_AT, &sum, sizeof(sum));
}

/* The file that the writer makes of random answers. */
static uint8_t *random_file(
	const struct lr_build_id *id, const struct lr_origin *from, size_t *size)
{
	static const char *const strings[] = {"malloc", "", "a b\n", "std::vector<int>::push_back"};
	struct lr_cache_writer w = {.answer_count = 0};
	for (int i = rand() % 40; i > 0; i--) {
		struct lr_cached_frame f[5];
		size_t n = (size_t)rand() % 5;
		for (size_t k = 0; k < n; k++)
			f[k] = (struct lr_cached_frame){
				.function = lr_cache_string(&w, strings[rand() % 4]),
				.symbol = lr_cache_string(&w, strings[rand() % 4]),
				.file = lr_cache_string(
					&w, rand() % 2 ? strings[rand() % 4] : NULL),
				.dir = lr_cache_string(&w, rand() % 2 ? strings[rand() % 4] : NULL),
				.line = (unsigned)rand(),
				.inlined = rand() % 2,
				.nearest = rand() % 2};
		lr_cache_answer(&w, (uint64_t)rand() * 77, f, n);
	}
	uint8_t *bytes = lr_cache_finish(&w, id, from, size);
	lr_cache_writer_free(&w);
	assert_non_null(bytes);
	return bytes;
}

static void read_through(struct lr_cache_reader *r)
{
	struct lr_cached_frame f[256];
	uint64_t addr;
	size_t n, strings = 0;
	for (uint32_t i = 0; i < r->string_count; i++)
		strings += strlen(r->strings + strings) + 1;
	while (lr_cache_next(r, &addr, f, 256, &n))
		for (size_t i = 0; i < n; i++)
			assert_true(f[i].function <= r->string_count &&
				    f[i].symbol <= r->string_count &&
				    f[i].file <= r->string_count && f[i].dir <= r->string_count);
}

static void what_was_not_written_is_not_read(void **state)
{
	(void)state;
	struct lr_build_id id = {.len = 20, .bytes = "01234567890123456789"}, other = id;
	struct lr_origin from = {.main = {.there = true, .inode = 7, .size = 1ULL << 40}};
	other.bytes[3]++;
	for (int round = 0; round < 300; round++) {
		size_t size;
		uint8_t *bytes = random_file(&id, &from, &size);
		struct lr_cache_reader r;
		assert_true(lr_cache_read(&r, bytes, size, &id));
		assert_true(lr_origin_equal(&r.from, &from));
		read_through(&r);
		assert_false(lr_cache_read(&r, bytes, size, &other));
		for (size_t cut = 0; cut < size; cut += 1 + size / 20)
			assert_false(lr_cache_read(&r, bytes, cut, &id));
		bytes[(size_t)rand() % size] ^= (uint8_t)(1 << rand() % 8);
		assert_false(lr_cache_read(&r, bytes, size, &id));
		free(bytes);
	}
}

/* Damage under a checksum that is right: nothing is read beyond what is there. */
static void made_up_files_do_no_harm(void **state)
{
	(void)state;
	struct lr_build_id id = {.len = 20, .bytes = "01234567890123456789"};
	struct lr_origin from = {.main = {.there = true, .inode = 7}, .alt_id = {.len = 20}};
	for (int round = 0; round < 20000; round++) {
		size_t size;
		uint8_t *bytes = random_file(&id, &from, &size);
		for (int k = 1 + rand() % 3; k > 0; k--)
			bytes[HEAD + (size_t)rand() % (size - HEAD)] = (uint8_t)rand();
		size -= rand() % 4 ? 0 : (size_t)rand() % (size - HEAD);
		uint8_t *exact = malloc(size); /* so that ASan sees one byte too far */
		memcpy(exact, bytes, size);
		seal(exact, size);
		struct lr_cache_reader r;
		if (lr_cache_read(&r, exact, size, &id))
			read_through(&r);
		free(exact);
		free(bytes);
	}
}

static void names_are_the_same_from_the_cache(void **state)
{
	(void)state;
	const char *const modules[] = {"c.so", "stripped.so"};
	for (int i = 0; i < 2; i++) {
		const char *cache = path_of(i ? "same1" : "same0");
		char *plain = names_of(modules[i], NULL, NULL);
		assert_non_null(strstr(plain, "fixture_make"));
		for (int again = 0; again < 3; again++)
			assert_names(plain, modules[i], cache, NULL);
		free(plain);
	}
}

/* Puts another name into the only file of a cache; the rest of it stays. */
static void falsify(const char *cache)
{
	char path[PATH_MAX];
	size_t size;
	only_file(cache, path);
	uint8_t *bytes = slurp(path, &size);
	uint8_t *name = memmem(bytes, size, "fixture_make", 12);
	assert_non_null(name);
	memcpy(name, "FROM_A_CACHE", 12);
	seal(bytes, size);
	spill(path, bytes, size);
	free(bytes);
}

static bool comes_from_the_cache(const char *module, const char *cache, const char *debug)
{
	char *names = names_of(module, cache, debug);
	bool did = strstr(names, "FROM_A_CACHE") != NULL;
	free(names);
	return did;
}

static void the_cache_is_used_and_can_be_left_out(void **state)
{
	(void)state;
	const char *cache = path_of("used");
	free(names_of("c.so", cache, NULL));
	falsify(cache);
	assert_true(comes_from_the_cache("c.so", cache, NULL));
	assert_false(comes_from_the_cache("c.so", NULL, NULL));
	/* The module is not the one that the names came from, though its build-id is. */
	assert_false(comes_from_the_cache("stripped.so", cache, NULL));
}

static void a_module_that_is_touched_is_read_again(void **state)
{
	(void)state;
	const char *cache = path_of("touched");
	assert_int_equal(0, run("cp c.so t.so"));
	settle();
	free(names_of("t.so", cache, NULL));
	falsify(cache);
	assert_true(comes_from_the_cache("t.so", cache, NULL));
	assert_int_equal(0, run("cp -p t.so u.so && mv u.so t.so")); /* same size, same mtime */
	assert_false(comes_from_the_cache("t.so", cache, NULL));
}

/* Without lines at first; then with, although the answers without are in the cache; then without.
 */
static void a_debug_file_that_appears_is_seen(void **state)
{
	(void)state;
	const char *cache = path_of("appears"), *debug = path_of("dbg");
	char *lines = names_of("c.so", NULL, NULL), *none = names_of("stripped.so", NULL, NULL);
	assert_string_not_equal(lines, none);
	for (int i = 0; i < 2; i++)
		assert_names(none, "stripped.so", cache, debug);
	assert_int_equal(
		0, run("id=$(readelf -n c.so | sed -n 's/.*Build ID: //p');"
		       "d=dbg/.build-id/$(echo $id | cut -c1-2); f=$(echo $id | cut -c3-).debug;"
		       "mkdir -p $d && objcopy --only-keep-debug c.so $d/$f"));
	assert_names(lines, "stripped.so", cache, debug); /* not kept: it is too new */
	settle();
	for (int i = 0; i < 2; i++)
		assert_names(lines, "stripped.so", cache, debug);
	falsify(cache);
	assert_true(comes_from_the_cache("stripped.so", cache, debug));
	assert_names(none, "stripped.so", cache, NULL); /* looked for elsewhere */
	assert_names(lines, "stripped.so", cache, debug);
	falsify(cache);
	assert_int_equal(0, run("rm -r dbg"));
	assert_names(none, "stripped.so", cache, debug);
	free(lines);
	free(none);
}

static void what_may_still_change_is_not_kept(void **state)
{
	(void)state;
	const char *src = getenv("top_srcdir");
	assert_int_equal(0, run("cp c.so new.so"));
	free(names_of("new.so", path_of("too-new"), NULL));
	assert_int_not_equal(0, access(path_of("too-new"), F_OK));
	/* Names from .dwo files, which are looked for wherever the compiler wrote them. */
	if (run("mkdir -p split && cd split && ${CC:-cc} -gsplit-dwarf -g -O2 -fPIC -shared "
		"-Wl,--build-id -o split.so %s/tests/unit/symbols-fixture.c 2>/dev/null && "
		"ls *.dwo >/dev/null",
		    src ? src : "../..") != 0)
		return;
	settle();
	free(names_of("split/split.so", path_of("split-cache"), NULL));
	assert_int_not_equal(0, access(path_of("split-cache"), F_OK));
}

static void damaged_files_are_written_anew(void **state)
{
	(void)state;
	const char *cache = path_of("damaged");
	char path[PATH_MAX], *plain = names_of("c.so", NULL, NULL);
	size_t size, again;
	assert_names(plain, "c.so", cache, NULL);
	only_file(cache, path);
	uint8_t *good = slurp(path, &size);
	for (int round = 0; round < 60; round++) {
		uint8_t *bad = malloc(size);
		memcpy(bad, good, size);
		bad[(size_t)rand() % size] ^= (uint8_t)(1 + rand() % 255);
		spill(path, bad, round % 3 ? size : (size_t)rand() % size);
		free(bad);
		assert_names(plain, "c.so", cache, NULL);
		uint8_t *now = slurp(path, &again);
		assert_int_equal(again, size);
		assert_memory_equal(now, good, size);
		free(now);
	}
	free(good);
	free(plain);
}

static void files_that_are_no_files_of_ours(void **state)
{
	(void)state;
	const char *cache = path_of("odd");
	char path[PATH_MAX], *plain = names_of("c.so", NULL, NULL);
	assert_names(plain, "c.so", cache, NULL);
	only_file(cache, path);
	setenv("FILE", path, 1);
	static const char *const ways[] = {"rm $FILE; mkfifo $FILE",
		"rm $FILE; ln -s /etc/passwd $FILE", "rm $FILE; mkdir $FILE",
		"rmdir $FILE; : >$FILE; truncate -s 1T $FILE", ": >$FILE; chmod a+w $FILE",
		"chmod 000 $FILE"};
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		assert_int_equal(system(ways[i]), 0);
		assert_names(plain, "c.so", cache, NULL);
	}
	free(plain);
}

static void directories_that_cannot_be_used(void **state)
{
	(void)state;
	char *plain = names_of("c.so", NULL, NULL);
	assert_int_equal(0, run("mkdir -m 0777 shared; : >file; mkdir -m 0500 fixed"));
	assert_names(plain, "c.so", path_of("no/such/parent"), NULL);
	assert_int_not_equal(0, access(path_of("no"), F_OK));
	assert_names(plain, "c.so", path_of("shared"), NULL); /* others may write */
	assert_int_equal(0, run("test -z \"$(ls -A shared)\""));
	assert_names(plain, "c.so", path_of("file"), NULL);
	assert_names(plain, "c.so", path_of("fixed"), NULL);
	struct rlimit old, small = {.rlim_cur = 100, .rlim_max = RLIM_INFINITY};
	getrlimit(RLIMIT_FSIZE, &old);
	small.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_FSIZE, &small);
	assert_names(plain, "c.so", path_of("limited"), NULL); /* and no SIGXFSZ */
	setrlimit(RLIMIT_FSIZE, &old);
	free(plain);
}

static void where_the_cache_is(void **state)
{
	(void)state;
	static const struct {
		const char *cache, *home, *want;
	} rows[] = {{"/x/cache", "/home/u", "/x/cache/leaktrace"},
		{NULL, "/home/u", "/home/u/.cache/leaktrace"},
		{"relative", "/home/u", "/home/u/.cache/leaktrace"},
		{"", "/home/u", "/home/u/.cache/leaktrace"}, {NULL, NULL, NULL}, {NULL, "", NULL},
		{NULL, "here", NULL}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		unsetenv("XDG_CACHE_HOME");
		unsetenv("HOME");
		if (rows[i].cache)
			setenv("XDG_CACHE_HOME", rows[i].cache, 1);
		if (rows[i].home)
			setenv("HOME", rows[i].home, 1);
		char *path = lr_symbols_cache_dir();
		if (rows[i].want)
			assert_string_equal(path, rows[i].want);
		else
			assert_null(path);
		free(path);
	}
}

static void its_size_is_bounded(void **state)
{
	(void)state;
	const char *cache = path_of("trim");
	static const uint8_t bytes[1000];
	int dir = lr_cachedir_open(cache, 1);
	assert_true(dir >= 0);
	for (int i = 0; i < 10; i++) {
		char name[16];
		snprintf(name, sizeof(name), "%02x", i);
		assert_int_equal(0, lr_cachedir_write(dir, name, bytes, sizeof(bytes)));
	}
	assert_int_equal(
		0, run("cd trim && touch -d '3 days ago' 03 07 && touch -d '2 days ago' 05 &&"
		       "echo mine >keep-this && head -c 5000 /dev/zero >.other &&"
		       ": >.12.00ff && : >.13.00ff && touch -d '2 hours ago' .12.00ff"));
	size_t size;
	free(lr_cachedir_read(dir, "07", &size)); /* used just now */
	lr_cachedir_trim(dir, 8000);
	assert_int_equal(
		0, run("cd trim && test ! -e 03 && test ! -e 05 && test -e 07 && test -e 09 &&"
		       "test -e keep-this && test -e .other && test ! -e .12.00ff &&"
		       "test -e .13.00ff"));
	assert_int_equal(-1, lr_cachedir_write(dir, "aa", bytes, (size_t)LR_CACHE_FILE_MAX + 1));
	close(dir);
}

/* Each sees a whole file, its own or another's, and nothing is left behind. */
static void many_at_the_same_time(void **state)
{
	(void)state;
	const char *cache = path_of("many");
	char path[PATH_MAX], *plain = names_of("c.so", NULL, NULL);
	for (int i = 0; i < 8; i++)
		if (fork() == 0) {
			bool good = true;
			for (int k = 0; k < 15 && good; k++) {
				char *got = names_of("c.so", cache, NULL);
				good = strcmp(got, plain) == 0;
				free(got);
				if (k % 3 == 0)
					run("rm -f many/*");
			}
			_exit(!good);
		}
	int status;
	while (wait(&status) > 0)
		assert_int_equal(status, 0);
	assert_names(plain, "c.so", cache, NULL);
	only_file(cache, path);
	assert_int_equal(0, run("test $(ls -A many | wc -l) = 1"));
	free(plain);
}

/* More than a file may have: then what the report needs is kept, not what others needed. */
static void too_much_is_not_written(void **state)
{
	(void)state;
	struct lr_build_id id = {.len = 20};
	struct lr_origin from = {.own_dwarf = true};
	struct lr_cache_writer w = {.answer_count = 0};
	struct lr_strings strings = {.used = 0};
	char *text = malloc(MANY + 1);
	memset(text, 'x', MANY);
	text[MANY] = '\0';
	for (unsigned i = 0; i < LR_CACHE_FILE_MAX / MANY; i++) {
		snprintf(text, 9, "%08x", i);
		text[8] = 'x';
		lr_cache_string(&w, lr_strings_keep(&strings, text));
	}
	size_t size;
	assert_null(lr_cache_finish(&w, &id, &from, &size));
	lr_cache_writer_free(&w);
	lr_strings_free(&strings);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_not_written_is_not_read),
		cmocka_unit_test(made_up_files_do_no_harm),
		cmocka_unit_test(names_are_the_same_from_the_cache),
		cmocka_unit_test(the_cache_is_used_and_can_be_left_out),
		cmocka_unit_test(a_module_that_is_touched_is_read_again),
		cmocka_unit_test(a_debug_file_that_appears_is_seen),
		cmocka_unit_test(what_may_still_change_is_not_kept),
		cmocka_unit_test(damaged_files_are_written_anew),
		cmocka_unit_test(files_that_are_no_files_of_ours),
		cmocka_unit_test(directories_that_cannot_be_used),
		cmocka_unit_test(where_the_cache_is),
		cmocka_unit_test(its_size_is_bounded),
		cmocka_unit_test(many_at_the_same_time),
		cmocka_unit_test(too_much_is_not_written),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
