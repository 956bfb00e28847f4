/* Names of files as a repository has them, and what an alert is known again by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tools/check/outcomes.h"
#include "tools/check/words.h"
#include "tools/view/sources.h"

static void assert_text(char *got, const char *want)
{
	if (want)
		assert_string_equal(got, want);
	else
		assert_null(got);
	free(got);
}

static void paths_are_made_normal(void **state)
{
	(void)state;
	static const char *const rows[][2] = {{"/a/b/../c", "/a/c"}, {"/a//b/./c/", "/a/b/c"},
		{"/..", ""}, {"/../../a", "/a"}, {"a/..", ""}, {"a/b/..", "a"}, {"./a", "a"},
		{"../a", NULL}, {"a/../../b", NULL}, {"", ""}, {"/", ""}, {"a..b/...", "a..b/..."}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_text(lr_path_normal(rows[i][0]), rows[i][1]);
}

static void the_first_top_counts(void **state)
{
	(void)state;
	static const char *const tops[] = {"/top/inner", "/top", "/other/"};
	struct lr_sources *s = lr_sources_open(tops, 3);
	assert_text(lr_sources_name(s, NULL, "/top/a.c"), "a.c");
	assert_text(lr_sources_name(s, NULL, "/top/inner/a.c"), "a.c");
	assert_text(lr_sources_name(s, NULL, "/other/x/../y/a.c"), "y/a.c");
	assert_text(lr_sources_name(s, NULL, "/topmost/a.c"), NULL);
	assert_text(lr_sources_name(s, NULL, "/top"), NULL);
	assert_text(lr_sources_name(s, "/top/build", "../src/a.c"), "src/a.c");
	assert_text(lr_sources_name(s, "/top/build", "../../etc/a.c"), NULL);
	assert_text(lr_sources_name(s, "/elsewhere", "/top/a.c"), "a.c");
	/* relative even so, and not there */
	assert_text(lr_sources_name(s, NULL, "a.c"), NULL);
	assert_text(lr_sources_name(s, ".", "./src/a.c"), NULL);
	assert_text(lr_sources_name(s, NULL, ""), NULL);
	assert_text(lr_sources_name(s, NULL, NULL), NULL);
	assert_text(lr_sources_name(NULL, NULL, "/top/a.c"), NULL);
	lr_sources_close(s);
}

/* In a directory of its own: top/.git, top/sub/a.c, and a link to top. */
static void tops_are_found(void **state)
{
	(void)state;
	char dir[] = "/tmp/leaktrace-sources.XXXXXX", here[PATH_MAX], file[PATH_MAX + 64];
	assert_non_null(getcwd(here, sizeof(here)));
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(mkdir("top", 0700) | mkdir("top/.git", 0700) | mkdir("top/sub", 0700), 0);
	assert_int_equal(symlink("top", "link"), 0);
	fclose(fopen("top/sub/a.c", "w"));
	assert_int_equal(chdir("top/sub"), 0);
	unsetenv("GITHUB_WORKSPACE");
	struct lr_sources *s = lr_sources_open(NULL, 0);
	snprintf(file, sizeof(file), "%s/top/sub/a.c", dir);
	assert_text(lr_sources_name(s, NULL, file), "sub/a.c");
	assert_text(lr_sources_name(s, ".", "sub/a.c"), "sub/a.c");
	assert_text(lr_sources_name(s, NULL, "a.c"), NULL);
	lr_sources_close(s);
	setenv("GITHUB_WORKSPACE", dir, 1);
	s = lr_sources_open(NULL, 0);
	assert_text(lr_sources_name(s, NULL, file), "top/sub/a.c");
	lr_sources_close(s);
	setenv("GITHUB_WORKSPACE", "/elsewhere", 1);
	s = lr_sources_open(NULL, 0);
	assert_text(lr_sources_name(s, NULL, file), "sub/a.c");
	lr_sources_close(s);
	const char *link[] = {"../../link"};
	s = lr_sources_open(link, 1);
	assert_text(lr_sources_name(s, NULL, file), "sub/a.c");
	lr_sources_close(s);
	unsetenv("GITHUB_WORKSPACE");
	assert_int_equal(chdir(dir), 0);
	unlink("top/sub/a.c");
	unlink("link");
	rmdir("top/sub");
	rmdir("top/.git");
	rmdir("top");
	assert_int_equal(chdir(here), 0);
	rmdir(dir);
}

/* Of a build, an error at a stack main <- parse <- make_node. */
static const char *fingerprint_of(
	const char *inner, const char *module, uint64_t offset, unsigned line)
{
	static char print[20];
	struct lr_line stack[] = {
		{.at = {.function = "xmalloc", .module = module, .offset = offset}},
		{.at = {.function = inner,
			 .file = "/b/n.c",
			 .line = line,
			 .module = module,
			 .offset = offset + 9}},
		{.at = {.function = "parse", .module = module, .inlined = line % 2}},
		{.at = {.function = "main", .module = module}}};
	struct lr_found_error error = {
		.kind = "definite", .count = 2, .bytes = 20, .stack = stack, .stack_used = 4};
	struct lr_errors errors = {
		.list = &error, .used = 1, .shown = 1, .count = 2, .judged = 1, .processes = 1};
	struct lr_outcomes *o = lr_outcomes_of_errors(&errors, NULL, "prog", NULL, 0);
	assert_int_equal(o->used, 1);
	assert_int_equal(o->list[0].sites[0].means, 1);
	assert_string_equal(o->list[0].message, "20 bytes in 2 blocks definitely lost");
	strcpy(print, o->list[0].sites[0].fingerprint);
	lr_outcomes_free(o);
	return print;
}

static void an_alert_is_known_again(void **state)
{
	(void)state;
	char first[20];
	strcpy(first, fingerprint_of("make_node", "/build/prog", 0x100, 3));
	/* not by lines, addresses, folders, inlining, or what a compiler adds to names */
	assert_string_equal(fingerprint_of("make_node", "/build/prog", 0x100, 4), first);
	assert_string_equal(fingerprint_of("make_node.part.0", "/other/prog", 0x900, 77), first);
	/* but by functions and modules */
	assert_string_not_equal(fingerprint_of("make_leaf", "/build/prog", 0x100, 3), first);
	assert_string_not_equal(fingerprint_of("make_node", "/build/lib.so.1", 0x100, 3), first);
	/* and it is the same in every version */
	assert_string_equal(first, "f7eae791990eb108");
}

static void limits_in_words(void **state)
{
	(void)state;
	struct lr_check_rule r = {.actual = 12, .has_max = true, .max = 10};
	assert_text(lr_check_limit(&r), "at most 10");
	assert_int_equal(lr_check_off(&r).by, 2);
	assert_false(lr_check_off(&r).less);
	r = (struct lr_check_rule){.actual = 1000, .has_min = true, .min = 1024, .bytes = true};
	assert_text(lr_check_limit(&r), "at least 1,024 bytes");
	assert_int_equal(lr_check_off(&r).by, 24);
	assert_true(lr_check_off(&r).less);
	r = (struct lr_check_rule){
		.has_min = true, .has_max = true, .min = 5, .max = 9, .actual = 5};
	assert_text(lr_check_limit(&r), "5 to 9");
	assert_int_equal(lr_check_off(&r).by, 0);
	r.max = 5;
	assert_text(lr_check_limit(&r), "exactly 5");
	assert_text(lr_check_amount(1, true), "1 byte");
	struct lr_check_site s = {.actual = 1, .baseline = 3, .has_baseline = true};
	assert_text(lr_check_share(&r, &s), "1, 2 less than the 3 of the baseline");
	r.unit[0] = "byte";
	r.unit[1] = "bytes";
	s.actual = 2000;
	s.is_new = true;
	assert_text(lr_check_share(&r, &s), "2,000 bytes, new");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_are_made_normal),
		cmocka_unit_test(the_first_top_counts),
		cmocka_unit_test(tops_are_found),
		cmocka_unit_test(an_alert_is_known_again),
		cmocka_unit_test(limits_in_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
