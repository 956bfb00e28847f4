/* The parts of the library that are pure: names of dumps, settings, and the line they are said in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/config.h"
#include "lib/outname.h"
#include "lib/say.h"

static void expect_name(const char *pattern, bool first, unsigned attempt, const char *want)
{
	struct lt_outname o = {
		.pattern = pattern, .program = "prog", .pid = 42, .seconds = 1700000000};
	char got[LT_PATH_MAX];
	assert_true(lt_outname_make(got, sizeof(got), &o, first, attempt));
	assert_string_equal(got, want);
}

static void names_of_dumps(void **state)
{
	(void)state;
	expect_name("/d/leaktrace.%e.%p.bin", true, 0, "/d/leaktrace.prog.42.bin");
	expect_name("/d/leaktrace.%e.%p.bin", false, 0, "/d/leaktrace.prog.42.bin");
	expect_name("/d/leaktrace.%e.%p.bin", false, 2, "/d/leaktrace.prog.42.2.bin");
	expect_name("/d/out.bin", true, 0, "/d/out.bin");
	expect_name("/d/out.bin", false, 0, "/d/out.42.bin");
	expect_name("/d/out.bin", false, 3, "/d/out.42.3.bin");
	expect_name("/d.x/out", false, 0, "/d.x/out.42");
	expect_name("/d/.hidden", false, 0, "/d/.hidden.42");
	expect_name("/d/a%%b%q%t", true, 0, "/d/a%b%q1700000000");
	expect_name("/d/end%", true, 0, "/d/end%");
}

static void a_name_that_is_too_long_is_refused(void **state)
{
	(void)state;
	char pattern[300], got[128];
	memset(pattern, 'x', sizeof(pattern));
	pattern[0] = '/';
	pattern[sizeof(pattern) - 1] = 0;
	struct lt_outname o = {.pattern = pattern, .program = "p", .pid = 1};
	assert_false(lt_outname_make(got, sizeof(got), &o, true, 0));
	assert_false(lt_outname_absolute(got, sizeof(got), pattern));
}

static void relative_names_begin_at_the_working_directory(void **state)
{
	(void)state;
	char got[LT_PATH_MAX], want[LT_PATH_MAX];
	assert_int_equal(chdir("/usr"), 0);
	assert_true(lt_outname_absolute(got, sizeof(got), "x.bin"));
	assert_string_equal(got, "/usr/x.bin");
	assert_int_equal(chdir("/"), 0);
	assert_true(lt_outname_absolute(want, sizeof(want), "x.bin"));
	assert_string_equal(want, "/x.bin");
}

static void the_run_goes_through_the_environment(void **state)
{
	(void)state;
	struct lt_run_id run = {.id = 0x0123456789abcdef,
				 .first_pid = 77,
				 .pattern = "/a:b/%p.bin"},
			 back;
	char text[200];
	assert_true(lt_run_format(text, sizeof(text), &run));
	assert_string_equal(text, "LEAKTRACE_RUN=0123456789abcdef:0000000077:/a:b/%p.bin");
	assert_true(lt_run_parse(text + strlen("LEAKTRACE_RUN="), &back));
	assert_true(back.id == run.id && back.first_pid == 77);
	assert_string_equal(back.pattern, run.pattern);
	static const char *const bad[] = {"", "0123456789abcdef", "0123456789abcdeg:1:/x",
		"0123456789abcdef:1:x", "0123456789abcdef:/x", "0123456789ABCDEF:1:/x"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(lt_run_parse(bad[i], &back));
}

static void settings_are_read_or_default(void **state)
{
	(void)state;
	const char *none[] = {"LEAKTRACE_DEPTHS=3", "XLEAKTRACE_DEPTH=4", NULL};
	lt_config_read((char **)none);
	assert_int_equal(lt_config.depth, 128);
	assert_int_equal(lt_config.free_stacks, LT_FREE_STACKS_SAMPLED);
	assert_int_equal(lt_config.children, LT_CHILDREN_FOLLOW);
	assert_int_equal(lt_config.unwind, LT_UNWIND_MEMO);
	assert_int_equal(lt_config.scan, LT_SCAN_EXIT);
	assert_int_equal(lt_config.live, 1);
	assert_string_equal(lt_config.out, "leaktrace.%e.%p.bin");
	const char *all[] = {"LEAKTRACE_DEPTH=16", "LEAKTRACE_FREE_STACKS=all",
		"LEAKTRACE_CHILDREN=none", "LEAKTRACE_OUT=o.bin", "LEAKTRACE_PAUSED=1",
		"LEAKTRACE_UNWIND=verify", "LEAKTRACE_LIVE=yes", NULL};
	lt_config_read((char **)all);
	assert_int_equal(lt_config.depth, 16);
	assert_int_equal(lt_config.free_stacks, LT_FREE_STACKS_ALL);
	assert_int_equal(lt_config.children, LT_CHILDREN_NONE);
	assert_int_equal(lt_config.paused, 1);
	assert_int_equal(lt_config.unwind, LT_UNWIND_VERIFY);
	assert_int_equal(lt_config.live, 1);
	assert_string_equal(lt_config.out, "o.bin");
	const char *unscanned[] = {"LEAKTRACE_SCAN=none", NULL};
	lt_config_read((char **)unscanned);
	assert_int_equal(lt_config.scan, LT_SCAN_NONE);
	assert_int_equal(lt_config.live, 0);
}

static void a_wrong_setting_is_said_and_the_default_used(void **state)
{
	(void)state;
	const char *wrong[] = {"LEAKTRACE_DEPTH=0", "LEAKTRACE_FREE_STACKS=some", NULL};
	char line[400] = "";
	int ends[2], keep = dup(2);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], 2);
	lt_config_read((char **)wrong);
	dup2(keep, 2);
	close(ends[1]);
	assert_true(read(ends[0], line, sizeof(line) - 1) > 0);
	assert_non_null(strstr(line, "LEAKTRACE_DEPTH=0 "));
	assert_non_null(strstr(line, "LEAKTRACE_FREE_STACKS=some is not none|sampled|all"));
	assert_int_equal(lt_config.depth, 128);
	assert_int_equal(lt_config.free_stacks, LT_FREE_STACKS_SAMPLED);
	close(ends[0]);
	close(keep);
}

static void which_programs_are_wanted(void **state)
{
	(void)state;
	assert_true(lt_config_wants("", "sh"));
	assert_true(lt_config_wants("redis*,git", "redis-server"));
	assert_false(lt_config_wants("redis*,git", "gitk"));
	assert_true(lt_config_wants("-sh,-make", "cc1"));
	assert_false(lt_config_wants("-sh,-make", "make"));
	assert_false(lt_config_wants("cc*,-cc1", "cc1"));
	assert_true(lt_config_wants("cc*,-cc1", "cc1plus"));
	assert_true(lt_config_wants("c??plus", "cc1plus"));
	assert_false(lt_config_wants("c?plus", "cc1plus"));
	assert_true(lt_config_wants("*1*", "cc1plus"));
	assert_true(lt_config_wants("git", "/usr/bin/git"));
	assert_false(lt_config_wants("bin*", "/usr/bin/git"));
	assert_true(lt_config_wants("/home/me/build/*", "/home/me/build/tests/.libs/parse"));
	assert_false(lt_config_wants("/home/me/build/*", "/usr/bin/sed"));
	assert_false(lt_config_wants("/home/me/build/*,-*/helpers/*", "/home/me/build/helpers/x"));
	assert_true(lt_config_wants("-/usr/*", "/home/me/build/x"));
	assert_false(
		lt_config_wants("/home/me/build/*,-parse", "/home/me/build/tests/.libs/parse"));
}

static void lines_are_formatted_and_cut(void **state)
{
	(void)state;
	char buf[12];
	assert_int_equal(lt_format(buf, sizeof(buf), "%d %u%%", -5, 7u), 5);
	assert_string_equal(buf, "-5 7%");
	assert_int_equal(lt_format(buf, sizeof(buf), "%s", "0123456789abcdef"), 11);
	assert_string_equal(buf, "0123456789a");
	assert_int_equal(lt_format(buf, sizeof(buf), "%l", 18446744073709551615ul), 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_dumps),
		cmocka_unit_test(a_name_that_is_too_long_is_refused),
		cmocka_unit_test(relative_names_begin_at_the_working_directory),
		cmocka_unit_test(the_run_goes_through_the_environment),
		cmocka_unit_test(settings_are_read_or_default),
		cmocka_unit_test(a_wrong_setting_is_said_and_the_default_used),
		cmocka_unit_test(which_programs_are_wanted),
		cmocka_unit_test(lines_are_formatted_and_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
