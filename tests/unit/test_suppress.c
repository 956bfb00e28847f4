/* Suppressions: what their files mean, to Valgrind and to LeakSanitizer, and what is wrong in them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "format/ring.h"
#include "tools/suppress/rules.h"
#include "tools/suppress/rules_parts.h"

static struct lr_rules *parse(const char *text)
{
	struct lr_error err = {{0}};
	struct lr_rules *r = lr_rules_new();
	if (lr_rules_add_text(r, "F", text, strlen(text), &err) < 0)
		fail_msg("%s", err.text);
	return r;
}

static void globs(void **state)
{
	(void)state;
	assert_true(lr_rules_glob("foo", "foo"));
	assert_false(lr_rules_glob("foo", "foobar"));
	assert_false(lr_rules_glob("foo", "fo"));
	assert_true(lr_rules_glob("f?o", "fxo"));
	assert_false(lr_rules_glob("f?o", "fo"));
	assert_true(lr_rules_glob("*", ""));
	assert_true(lr_rules_glob("*lib*.so.?", "/usr/lib/libz.so.1"));
	assert_false(lr_rules_glob("*lib*.so.?", "/usr/lib/libz.so.11"));
	assert_true(lr_rules_glob("a*b*c", "aXbXbXc"));
	assert_false(lr_rules_glob("a*b*c", "aXcXb"));
	/* Brackets and backslashes stand for themselves. */
	assert_true(lr_rules_glob("operator new[](*", "operator new[](unsigned long)"));
	assert_false(lr_rules_glob("[ab]", "a"));
}

static void a_glob_takes_its_time_but_ends(void **state)
{
	(void)state;
	char name[4097];
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_false(lr_rules_glob("*a*a*a*a*a*a*a*a*a*a*a*b", name));
}

static void templates(void **state)
{
	(void)state;
	assert_true(lr_rules_template("bar", "foobarbaz"));
	assert_true(lr_rules_template("^foo", "foobar"));
	assert_false(lr_rules_template("^bar", "foobar"));
	assert_true(lr_rules_template("bar$", "foobar"));
	assert_true(lr_rules_template("bar$", "barfoobar"));
	assert_false(lr_rules_template("foo$", "foobar"));
	assert_true(lr_rules_template("^foobar$", "foobar"));
	assert_false(lr_rules_template("^foo$", "foofoo"));
	assert_false(lr_rules_template("^oo$", "foo"));
	assert_true(lr_rules_template("foo*baz", "xfoobarbazy"));
	assert_false(lr_rules_template("baz*foo", "xfoobarbazy"));
	assert_true(lr_rules_template("*", "x"));
	assert_true(lr_rules_template("^*bar", "foobar"));
	assert_true(lr_rules_template("foo*$", "foobar"));
	assert_false(lr_rules_template("foo", ""));
	assert_false(lr_rules_template("foobar", "foo"));
	assert_false(lr_rules_template("^f*o$", "fob"));
	assert_true(lr_rules_template("^f*o$", "fobo"));
}

/* main calls make (in app), that strdup (in libc), that malloc. */
static const struct lr_rule_frame frames[] = {
	{.function = "__strdup",
		.symbol = "strdup",
		.file = "./string/strdup.c",
		.line = 42,
		.module = "/lib/x86_64-linux-gnu/libc.so.6"},
	{.function = "ns::Maker::make(int)",
		.symbol = "_ZN2ns5Maker4makeEi",
		.file = "/src/app/make.cc",
		.line = 7,
		.module = "/opt/app/bin/app"},
	{.module = "/opt/app/lib/libplugin.so.3"},
	{.function = "main",
		.symbol = "main",
		.file = "/src/app/main.cc",
		.line = 3,
		.module = "/opt/app/bin/app"},
	{.function = "__libc_start_call_main",
		.symbol = "__libc_start_call_main",
		.module = "/lib/x86_64-linux-gnu/libc.so.6"},
};
static const struct lr_rule_stack stack = {
	.frames = frames, .count = 5, .apis = 1 << LTF_API_MALLOC};

static bool matches(unsigned kind, const char *text)
{
	struct lr_rules *r = parse(text);
	bool yes = lr_rules_match(r, kind, &stack) != NULL;
	lr_rules_free(r);
	return yes;
}

/* The lines of a stack, with \n between. */
static bool memcheck(const char *lines)
{
	char text[1024];
	snprintf(text, sizeof(text), "{\nx\nMemcheck:Leak\n%s\n}\n", lines);
	return matches(LR_SUPPRESS_DEFINITE, text);
}

static void lsans_patterns(void **state)
{
	(void)state;
	assert_true(matches(LR_SUPPRESS_DEFINITE, "leak:Maker::make\n"));
	assert_true(matches(LR_SUPPRESS_INDIRECT, "leak:^main$\n"));
	assert_true(matches(LR_SUPPRESS_POSSIBLE, "leak:libplugin\n"));
	assert_true(matches(LR_SUPPRESS_DEFINITE, "leak:make.cc\n"));
	assert_true(matches(LR_SUPPRESS_DEFINITE, "# a comment\n\n   leak:src/*/main\t\n"));
	assert_true(matches(LR_SUPPRESS_DEFINITE, "leak:_ZN2ns\n"));
	assert_false(matches(LR_SUPPRESS_DEFINITE, "leak:^Maker\n"));
	assert_false(matches(LR_SUPPRESS_DEFINITE, "leak:nowhere\n"));
	assert_false(matches(LR_SUPPRESS_REACHABLE, "leak:main\n"));
	assert_false(matches(LR_SUPPRESS_RELEASE, "leak:main\n"));
	/* Without an end of line; with those of another system. */
	assert_true(matches(LR_SUPPRESS_DEFINITE, "leak:main"));
	assert_true(matches(LR_SUPPRESS_DEFINITE, "leak:^main$\r\n"));
}

static void memchecks_stacks(void **state)
{
	(void)state;
	assert_true(memcheck("fun:malloc\nfun:strdup"));
	assert_true(memcheck("fun:malloc\nfun:__strdup\nfun:_ZN2ns5Maker4makeEi"));
	assert_true(memcheck("fun:*alloc\nobj:*\nfun:_ZN2ns*"));
	assert_true(memcheck("fun:malloc\nobj:/usr/lib/x86_64-linux-gnu/libc.so.6"));
	assert_true(memcheck("fun:malloc\nobj:/lib/x86_64-linux-gnu/libc.so.6"));
	assert_true(memcheck("obj:*vgpreload*\nfun:strdup"));
	assert_true(memcheck("...\nfun:main"));
	assert_true(memcheck("...\nfun:main\nfun:(below main)"));
	assert_true(memcheck("fun:malloc\n...\nobj:*/libplugin.so.?\nfun:main"));
	assert_true(memcheck("...\nfun:???\n..."));
	assert_true(memcheck("fun:malloc\n...\n...\nfun:strdup"));
	assert_true(memcheck("...\nsrc:make.cc:7"));
	assert_true(memcheck("...\nsrc:/src/app/*.cc"));
	assert_true(memcheck("...\nfun:ns::Maker::make(int)"));
	/* Not from the beginning; not the whole name; out of order; another api; too long. */
	assert_false(memcheck("fun:strdup"));
	assert_false(memcheck("fun:realloc\n..."));
	assert_false(memcheck("fun:malloc\nfun:realloc\n..."));
	assert_false(memcheck("fun:malloc\nfun:str"));
	assert_false(memcheck("fun:malloc\nfun:main"));
	assert_false(memcheck("...\nfun:main\n...\nfun:strdup"));
	assert_false(memcheck("fun:calloc\nfun:strdup"));
	assert_false(memcheck("...\nsrc:make.cc:8"));
	assert_false(memcheck("...\nfun:(below main)\nfun:*"));
}

static void the_api_names_the_first_frame(void **state)
{
	(void)state;
	static const struct {
		int api;
		const char *rule;
	} rows[] = {{LTF_API_CALLOC, "fun:calloc"}, {LTF_API_REALLOC, "fun:realloc"},
		{LTF_API_MEMALIGN, "fun:posix_memalign"},
		{LTF_API_MEMALIGN, "fun:memalign\nfun:posix_memalign"}, {LTF_API_NEW, "fun:_Znwm"},
		{LTF_API_NEW, "fun:_Zn*"}, {LTF_API_NEW_ARRAY, "fun:_Znam"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[128];
		struct lr_rule_stack s = stack;
		snprintf(
			text, sizeof(text), "{\nx\nMemcheck:Leak\n%s\nfun:strdup\n}", rows[i].rule);
		struct lr_rules *r = parse(text);
		s.apis = 1U << rows[i].api;
		assert_non_null(lr_rules_match(r, LR_SUPPRESS_DEFINITE, &s));
		s.apis = 1U << LTF_API_STRDUP;
		assert_null(lr_rules_match(r, LR_SUPPRESS_DEFINITE, &s));
		lr_rules_free(r);
	}
}

static void kinds_of_leaks(void **state)
{
	(void)state;
	static const char only[] = "{\nx\nMemcheck:Leak\nmatch-leak-kinds: definite, possible\n"
				   "...\nfun:main\n}\n";
	static const char any[] = "{\nx\nHelgrind,Memcheck:Leak\n...\nfun:main\n}\n";
	static const char reach[] =
		"{\nx\nMemcheck:Leak\nmatch-leak-kinds:reachable\n...\nfun:main\n}\n";
	static const char release[] = "{\nx\nMemcheck:Free\n...\nfun:main\n}\n";
	assert_true(matches(LR_SUPPRESS_DEFINITE, only));
	assert_true(matches(LR_SUPPRESS_POSSIBLE, only));
	assert_false(matches(LR_SUPPRESS_INDIRECT, only));
	assert_false(matches(LR_SUPPRESS_REACHABLE, only));
	assert_true(matches(LR_SUPPRESS_REACHABLE, any));
	assert_false(matches(LR_SUPPRESS_RELEASE, any));
	assert_true(matches(LR_SUPPRESS_REACHABLE, reach));
	assert_false(matches(LR_SUPPRESS_DEFINITE, reach));
	assert_true(matches(LR_SUPPRESS_RELEASE, release));
	assert_false(matches(LR_SUPPRESS_DEFINITE, release));
}

/* main calls log (in app), that opens. Valgrind shows the C library's functions in front. */
static void resources(void **state)
{
	static const struct lr_rule_frame opened[] = {
		{.function = "log", .symbol = "log", .module = "/opt/app"},
		{.function = "main", .symbol = "main", .module = "/opt/app"}};
	static const struct {
		const char *text;
		unsigned kinds;
	} cases[] = {{"{\n x\n CoreError:FdNotClosed\n fun:log\n}\n", LR_SUPPRESS_FD},
		{"{\n x\n Memcheck,CoreError:FdNotClosed\n fun:open\n fun:log\n fun:main\n}\n",
			LR_SUPPRESS_FD},
		{"{\n x\n CoreError:FdNotClosed\n fun:open\n fun:_IO_file_open\n "
		 "fun:__fopen_internal\n obj:*libc.so*\n fun:log\n}\n",
			LR_SUPPRESS_FD},
		{"{\n x\n CoreError:FdNotClosed\n ...\n fun:main\n}\n", LR_SUPPRESS_FD},
		{"{\n x\n CoreError:FdBadClose\n fun:close\n obj:/opt/app\n}\n", LR_SUPPRESS_CLOSE},
		{"{\n x\n Leaktrace:Resource\n fun:log\n}\n",
			LR_SUPPRESS_FD | LR_SUPPRESS_RESOURCE},
		{"{\n x\n CoreError:FdNotClosed\n fun:open\n fun:main\n}\n", 0},
		{"{\n x\n CoreError:FdNotClosed\n fun:other\n fun:log\n}\n", 0},
		{"{\n x\n CoreError:FdNotClosed\n fun:open\n}\n", 0},
		{"{\n x\n Memcheck:Leak\n fun:log\n}\n", 0}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct lr_rule_stack s = {.frames = opened, .count = 2};
		struct lr_rules *r = parse(cases[i].text);
		for (unsigned kind = LR_SUPPRESS_FD; kind <= LR_SUPPRESS_RESOURCE; kind *= 2)
			assert_int_equal(
				lr_rules_match(r, kind, &s) != NULL, (cases[i].kinds & kind) != 0);
		assert_int_equal(lr_rules_have(r, LR_SUPPRESS_FD), i != 4 && i != 9);
		lr_rules_free(r);
	}
}

static void others_entries_are_counted(void **state)
{
	(void)state;
	struct lr_rules *r = parse("{\na\nHelgrind:Race\nwhatever stands here\n}\n"
				   "{\nb\nMemcheck:Param\nwrite(buf)\nfun:write\n}\n"
				   "# between\n"
				   "{\nc\nMemcheck:Leak\n# within\nfun:malloc\n}\n");
	assert_int_equal(r->used, 1);
	assert_int_equal(r->skipped, 2);
	assert_string_equal(r->rules[0].name, "c");
	assert_int_equal(r->rules[0].line, 13);
	lr_rules_free(r);
	r = parse("race:foo\nleak:bar\nodr_violation:x\nvptr_check:y\n");
	assert_int_equal(r->used, 1);
	assert_int_equal(r->skipped, 3);
	lr_rules_free(r);
}

static void the_first_rule_is_used(void **state)
{
	(void)state;
	struct lr_rules *r = parse("leak:nowhere\nleak:main\nleak:make\n");
	struct lr_rule *rule = lr_rules_match(r, LR_SUPPRESS_DEFINITE, &stack);
	assert_ptr_equal(rule, &r->rules[1]);
	lr_rule_use(rule, 3, 100);
	lr_rule_use(rule, 1, 8);
	assert_int_equal(rule->blocks, 4);
	assert_int_equal(rule->bytes, 108);
	assert_int_equal(rule->sites, 2);
	lr_rules_free(r);
}

static void mistakes_are_told(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
	} rows[] = {
		{"{\n", "F:1: "},
		{"{\nname\n", "F:2: "},
		{"{\nname\nMemcheck:Leak\nfun:x\n", "F:4: "},
		{"{\n}\n", "F:2: "},
		{"{\nname\nMemcheck\nfun:x\n}\n", "F:3: "},
		{"{\nname\nMemcheck:Leak\nfoo:x\n}\n", "F:4: "},
		{"{\nname\nMemcheck:Leak\nmatch-leak-kinds: maybe\nfun:x\n}\n", "F:4: \"maybe\""},
		{"{\nname\nMemcheck:Leak\n}\n", "F:4: "},
		{"{\nname\nMemcheck:Leak\n...\n}\n", "F:5: "},
		{"{\nname\nHelgrind:Race\n", "F:3: "},
		{"{\nname\nMemcheck:Leak\nfun:x\n}\nleak:x\n", "F:6: "},
		{"leak:x\n\nfoo\n", "F:3: "},
		{"leak:\n", "F:1: "},
		{"{ name }\n", "F:1: "},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lr_error err = {{0}};
		struct lr_rules *r = lr_rules_new();
		assert_int_equal(
			lr_rules_add_text(r, "F", rows[i].text, strlen(rows[i].text), &err), -1);
		if (strncmp(err.text, rows[i].says, strlen(rows[i].says)) != 0)
			fail_msg("%s: not %s", err.text, rows[i].says);
		lr_rules_free(r);
	}
	struct lr_error err = {{0}};
	struct lr_rules *r = lr_rules_new();
	assert_int_equal(lr_rules_add_text(r, "F", "\0x", 2, &err), -1);
	assert_int_equal(lr_rules_add_file(r, "/nonexistent/x.supp", &(struct lr_error){{0}}), -1);
	assert_int_equal(lr_rules_add_file(r, "/", &(struct lr_error){{0}}), -1);
	lr_rules_free(r);
	r = parse("\n# nothing but a comment\n");
	assert_int_equal(r->used, 0);
	lr_rules_free(r);
}

static void any_bytes_are_survived(void **state)
{
	(void)state;
	static const char *const pieces[] = {"{\n", "}\n", "Memcheck:Leak\n", "fun:", "obj:*\n",
		"...\n", "\n", "leak:a*b$\n", "#", "match-leak-kinds:", "definite,", ":",
		"src:x:9\n", "\xff", "  ", "name\n", "src::\n"};
	srand(1);
	for (int round = 0; round < 20000; round++) {
		char text[256] = "";
		struct lr_error err = {{0}};
		struct lr_rules *r = lr_rules_new();
		for (int i = rand() % 12; i > 0; i--)
			strcat(text, pieces[(size_t)rand() % (sizeof(pieces) / sizeof(*pieces))]);
		if (lr_rules_add_text(r, "F", text, strlen(text), &err) == 0) {
			assert_string_equal(err.text, "");
			lr_rules_match(r, LR_SUPPRESS_LEAKS, &stack);
		} else {
			assert_int_equal(strncmp(err.text, "F:", 2), 0);
		}
		lr_rules_free(r);
	}
}

static bool built_in(unsigned kind, const struct lr_rule_frame *f, size_t n, unsigned api)
{
	struct lr_rules *r = lr_rules_new();
	struct lr_rule_stack s = {.frames = f, .count = n, .apis = 1U << api};
	lr_rules_add_built_in(r);
	assert_true(r->used >= 6);
	assert_int_equal(r->skipped, 0);
	const struct lr_rule *rule = lr_rules_match(r, kind, &s);
	assert_true(!rule || rule->built_in);
	lr_rules_free(r);
	return rule != NULL;
}

static void what_is_built_in(void **state)
{
	static const char loader[] = "/lib64/ld-linux-x86-64.so.2",
			  cxx[] = "/usr/lib/libstdc++.so.6";
	static const struct lr_rule_frame tree[] = {
		{.function = "__tsearch", .symbol = "tsearch"}, {.function = "main"}};
	static const struct lr_rule_frame named[] = {
		{.function = "_dlfo_mappings_segment_allocate", .module = loader},
		{.function = "_dl_find_object_update", .module = loader}};
	static const struct lr_rule_frame unnamed[] = {{.module = loader}, {.function = "main"}};
	static const struct lr_rule_frame pool[] = {
		{.module = cxx}, {.function = "call_init", .module = loader}};
	static const struct lr_rule_frame other[] = {{.module = cxx}, {.function = "main"}};
	(void)state;
	assert_true(built_in(LR_SUPPRESS_POSSIBLE, tree, 2, LTF_API_MALLOC));
	assert_false(built_in(LR_SUPPRESS_DEFINITE, tree, 2, LTF_API_MALLOC));
	assert_true(built_in(LR_SUPPRESS_POSSIBLE, named, 2, LTF_API_MALLOC));
	assert_true(built_in(LR_SUPPRESS_POSSIBLE, unnamed, 2, LTF_API_CALLOC));
	assert_false(built_in(LR_SUPPRESS_DEFINITE, unnamed, 2, LTF_API_MALLOC));
	assert_true(built_in(LR_SUPPRESS_REACHABLE, pool, 2, LTF_API_MALLOC));
	assert_false(built_in(LR_SUPPRESS_REACHABLE, other, 2, LTF_API_MALLOC));
	assert_false(built_in(LR_SUPPRESS_LEAKS, frames, 5, LTF_API_MALLOC));
}

/* Whatever packages have put on this machine. */
static void installed_files_are_read(void **state)
{
	(void)state;
	static const char *const patterns[] = {"/usr/lib/valgrind/*.supp",
		"/usr/libexec/valgrind/*.supp", "/usr/share/*/*.supp",
		"/usr/share/*/valgrind/*.supp"};
	size_t files = 0;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		glob_t g;
		if (glob(patterns[i], 0, NULL, &g) != 0)
			continue;
		for (size_t k = 0; k < g.gl_pathc; k++, files++) {
			struct lr_error err = {{0}};
			struct lr_rules *r = lr_rules_new();
			if (lr_rules_add_file(r, g.gl_pathv[k], &err) < 0)
				fail_msg("%s", err.text);
			assert_true(r->used + r->skipped > 0);
			print_message("%s: %zu rules, %u for others\n", g.gl_pathv[k], r->used,
				(unsigned)r->skipped);
			lr_rules_free(r);
		}
		globfree(&g);
	}
	if (files == 0)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(globs),
		cmocka_unit_test(a_glob_takes_its_time_but_ends),
		cmocka_unit_test(templates),
		cmocka_unit_test(lsans_patterns),
		cmocka_unit_test(memchecks_stacks),
		cmocka_unit_test(the_api_names_the_first_frame),
		cmocka_unit_test(kinds_of_leaks),
		cmocka_unit_test(resources),
		cmocka_unit_test(others_entries_are_counted),
		cmocka_unit_test(the_first_rule_is_used),
		cmocka_unit_test(mistakes_are_told),
		cmocka_unit_test(any_bytes_are_survived),
		cmocka_unit_test(what_is_built_in),
		cmocka_unit_test(installed_files_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
