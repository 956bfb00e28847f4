/* Rules of a check: read from texts and from JSON, written to both, and what is wrong with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tools/check/rule.h"
#include "tools/util/mem.h"

static struct lr_budget_rule parsed(const char *text)
{
	struct lr_budget_rule r;
	struct lr_error err = {{0}};
	if (!lr_budget_rule_parse(&r, text, &err))
		fail_msg("%s: %s", text, err.text);
	return r;
}

/* The rule goes through text and through JSON unchanged. */
static void round_trips(const struct lr_budget_rule *r)
{
	struct lr_budget_rule again;
	struct lr_error err = {{0}};
	const char *key;
	char *text = lr_budget_rule_text(r);
	if (!lr_budget_rule_parse(&again, text, &err))
		fail_msg("%s: %s", text, err.text);
	if (!lr_budget_rule_same(r, &again))
		fail_msg("another rule comes out of %s", text);
	lr_budget_rule_free(&again);
	json_t *o = lr_budget_rule_to_json(r);
	if (!lr_budget_rule_from_json(&again, o, &key, &err))
		fail_msg("%s as JSON: %s", text, err.text);
	if (!lr_budget_rule_same(r, &again))
		fail_msg("another rule comes out of the JSON of %s", text);
	lr_budget_rule_free(&again);
	json_decref(o);
	free(text);
}

/* Each text, and how it is written. NULL: as it is. */
static void texts(void **state)
{
	static const char *const rows[][2] = {{"allocations<=10", NULL},
		{"bytes<=64K", "bytes<=65536"}, {"bytes<=1MiB", "bytes<=1048576"},
		{"allocations<=1,234,567", "allocations<=1234567"}, {"allocations=10..20", NULL},
		{"allocations=7..7", "allocations=7"}, {" peak >= 3 ", "peak>=3"},
		{"allocations<10", "allocations<=9"}, {"allocations>10", "allocations>=11"},
		{"allocations==5", "allocations=5"}, {"allocations<=baseline", NULL},
		{"allocations=baseline", NULL}, {"allocations<=baseline+10", NULL},
		{"allocations<=baseline+5%", NULL}, {"allocations>=baseline-2.5%", NULL},
		{"allocations=baseline~0.0625%", NULL}, {"allocations=baseline~10", NULL},
		{"allocations<baseline", "allocations<=baseline-1"},
		{"allocations>baseline", "allocations>=baseline+1"},
		{"allocations<baseline+1", "allocations<=baseline"},
		{"allocations=5..baseline+3", NULL}, {"bytes<=baseline+1K", "bytes<=baseline+1024"},
		{"no-leaks", NULL}, {"no-new-leaks", NULL}, {"leaks=0", NULL},
		{"module:libmine*:no-leaks", NULL}, {"function:parse_*:allocations<=10", NULL},
		{"program:a b;function:f;module:m:definite=0", NULL},
		{"function:std::vector<int>::push_back:allocations<=10", NULL},
		{"function:operator==:bytes>=1", NULL}, {"function:operator<=>:bytes=1", NULL},
		{"function:a;b:allocations<=1", NULL}, {"function:a\\;file:b:allocations<=1", NULL},
		{"function:ns::(anonymous namespace)::f(int):live<=0", NULL},
		{"site:make_node<parse*<**<main:allocations<=3", NULL},
		{"region:parse:allocations/entry<=3", NULL},
		{"region:parse;program:x:entries=4", "program:x;region:parse:entries=4"},
		{"fds<=3", "descriptors<=3"}, {"descriptors.peak<=3", NULL},
		{"threads.created=2", NULL}, {"timers=0", NULL}, {"mappings<=1", NULL},
		{"churn.*=0", NULL}, {"free.double=0", NULL}, {"findings=0", NULL},
		{"findings.high=0", NULL}, {"leaked_bytes<=5", NULL},
		{"function:x:findings.medium<=2", NULL},
		{"allocations<=18446744073709551615", NULL}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lr_budget_rule r = parsed(rows[i][0]);
		char *text = lr_budget_rule_text(&r);
		assert_string_equal(text, rows[i][1] ? rows[i][1] : rows[i][0]);
		free(text);
		if (r.max.amount <= INT64_MAX) /* JSON's integers are signed */
			round_trips(&r);
		lr_budget_rule_free(&r);
	}
}

/* What is wrong, and a word that the error says. */
static void errors(void **state)
{
	static const char *const rows[][2] = {{"", "no limit"}, {"allocations", "no limit"},
		{"allocations<=", "\"\""}, {"<=10", "what is counted"},
		{"alocations<=10", "alocations"}, {"allocations<=ten", "\"ten\""},
		{"allocations<=1.5K", "1.5K"}, {"allocations<=10KB", "10KB"},
		{"allocations<=1,23", "1,23"}, {"allocations<=-1", "-1"},
		{"allocations<=18446744073709551616", "184467"}, {"allocations<=17179869184G", "G"},
		{"allocations=20..10", "cannot both be"}, {"allocations=1..", "\"\""},
		{"allocations<=1..2", "goes with ="}, {"allocations<=baseline~5%", "goes with ="},
		{"allocations=baseline+5", "two things"}, {"allocations<=baseline*2", "baseline"},
		{"allocations<=baseline+", "baseline"}, {"allocations<=baseline+5.%", "baseline"},
		{"allocations<baseline+5%", "percentage"}, {"allocations<0", "less than 0"},
		{"func:x:allocations<=1", "\"func\""}, {"function::allocations<=1", "empty"},
		{"function:a;function:b:allocations<=1", "twice"},
		{":allocations<=1", "selects nothing"}, {"site:a<<b:allocations<=1", "empty"},
		{"site:<a:allocations<=1", "empty"}, {"function:a\\:allocations<=1", "backslash"},
		{"descriptors.most<=1", "descriptors.peak"}, {"free.duble=0", "free.duble"},
		{"entries=1", "needs a region"}, {"allocations/entry<=1", "needs a region"},
		{"region:x;function:f:bytes/entry<=1", "alone"}, {"thread:x:definite=0", "thread"},
		{"region:x:no-leaks", "region"}, {"thread:x:timers=0", "thread"},
		{"new_leaks<=3", "no-new-leaks"}, {"x:no-leaks", "\"x\""},
		{"no-leaks<=0", "no-leaks"}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lr_budget_rule r;
		struct lr_error err = {{0}};
		if (lr_budget_rule_parse(&r, rows[i][0], &err))
			fail_msg("%s is taken for a rule", rows[i][0]);
		if (!strstr(err.text, rows[i][1]) || strchr(err.text, '\n'))
			fail_msg("%s: %s", rows[i][0], err.text);
	}
}

/* Objects that are no rules; what stands behind is the member that is wrong. */
static void json_errors(void **state)
{
	static const char *const rows[][3] = {{"[]", NULL, "object"}, {"{}", NULL, "metric"},
		{"{\"metric\": 1}", "metric", "text"},
		{"{\"metric\": \"bytes\"}", NULL, "no limit"},
		{"{\"metric\": \"bytes\", \"maxi\": 1}", "maxi", "unknown"},
		{"{\"metric\": \"bytes\", \"max\": -1}", "max", "whole"},
		{"{\"metric\": \"bytes\", \"max\": 1.5}", "max", "whole"},
		{"{\"metric\": \"bytes\", \"max\": true}", "max", "whole"},
		{"{\"metric\": \"bytes\", \"max\": \"many\"}", "max", "many"},
		{"{\"metric\": \"bytes\", \"max\": 1, \"min\": 2}", NULL, "both"},
		{"{\"metric\": \"bytes\", \"max\": 1, \"exactly\": 2}", "exactly", "does not go"},
		{"{\"metric\": \"bytes\", \"baseline\": \"5%\"}", "baseline", "tolerance"},
		{"{\"metric\": \"bytes\", \"baseline\": \"+x\"}", "baseline", "tolerance"},
		{"{\"metric\": \"bytes\", \"exactly\": \"baseline+5\"}", "exactly", "tolerance"},
		{"{\"metric\": \"no-leaks\", \"max\": 1}", "metric", "no limit"},
		{"{\"metric\": \"bytes\", \"max\": 1, \"function\": 3}", "function", "text"},
		{"{\"metric\": \"bytes\", \"max\": 1, \"reason\": []}", "reason", "text"},
		{"{\"metric\": \"bytes\", \"max\": 1, \"varies\": [2, 1]}", "varies", "lowest"}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lr_budget_rule r;
		struct lr_error err = {{0}};
		const char *key = NULL;
		json_t *o = json_loads(rows[i][0], 0, NULL);
		assert_non_null(o);
		if (lr_budget_rule_from_json(&r, o, &key, &err))
			fail_msg("%s is taken for a rule", rows[i][0]);
		if (!strstr(err.text, rows[i][2]))
			fail_msg("%s: %s", rows[i][0], err.text);
		if (rows[i][1])
			assert_string_equal(key, rows[i][1]);
		else
			assert_null(key);
		json_decref(o);
	}
}

static void tolerances(void **state)
{
	static const struct {
		const char *text;
		uint64_t baseline, min, max;
	} rows[] = {{"allocations<=baseline+10", 5, 0, 15}, {"allocations<=baseline+5%", 10, 0, 10},
		{"allocations<=baseline+5%", 100, 0, 105},
		{"allocations=baseline~5%", 100, 95, 105}, {"allocations=baseline~5%", 0, 0, 0},
		{"allocations>=baseline-10", 5, 0, UINT64_MAX},
		{"allocations<=baseline+10", UINT64_MAX - 3, 0, UINT64_MAX},
		{"allocations<=baseline+200%", UINT64_MAX / 2, 0, UINT64_MAX},
		{"allocations=baseline", 7, 7, 7}, {"allocations<=baseline-5", 7, 0, 2},
		{"allocations>=baseline+1", 0, 1, UINT64_MAX}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lr_budget_rule r = parsed(rows[i].text);
		bool never;
		if (r.min.kind)
			assert_true(lr_bound_min(&r.min, rows[i].baseline, &never) == rows[i].min);
		if (r.max.kind)
			assert_true(lr_bound_max(&r.max, rows[i].baseline, &never) == rows[i].max);
		lr_budget_rule_free(&r);
	}
	struct lr_budget_rule r = parsed("allocations<baseline");
	bool never;
	assert_true(lr_bound_max(&r.max, 0, &never) == 0 && never);
	assert_true(lr_bound_max(&r.max, 1, &never) == 0 && !never);
	r = parsed("allocations>baseline");
	lr_bound_min(&r.min, UINT64_MAX, &never);
	assert_true(never);
}

static void patterns(void **state)
{
	static const struct {
		const char *pattern, *function;
		bool matches;
	} rows[] = {{"parse*", "parse_header", true}, {"parse", "parse_header", false},
		{"*", "", true}, {"a?c", "abc", true},
		{"a?c",
			"a\xc3\xa4"
			"c",
			true},
		{"a?c", "ac", false}, {"*b*c", "abxbc", true}, {"\\*", "*", true},
		{"\\*", "x", false}, {"operator new[]", "operator new[](unsigned long)", true},
		{"operator new", "operator new[](unsigned long)", false},
		{"ns::f", "ns::f(std::function<int (char)>)", true},
		{"ns::f", "ns::f() const", true},
		{"(anonymous namespace)::g", "(anonymous namespace)::g(int)", true},
		{"operator()", "operator()(int)", true}, {"f(int)", "f(int)", true},
		{"f(int)", "f(long)", false}, {"", "f", false}};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (lr_pattern_function(rows[i].pattern, rows[i].function) != rows[i].matches)
			fail_msg("%s and %s", rows[i].pattern, rows[i].function);
	assert_true(lr_pattern_file("parse.c", "/src/parse.c"));
	assert_true(lr_pattern_file("*/src/*", "/src/parse.c"));
	assert_false(lr_pattern_file("/parse.c", "/src/parse.c"));
	assert_false(lr_pattern_file("*", NULL));
}

/* xmalloc < make_node < parse_list < parse < read_file < main; a person means make_node. */
static void paths(void **state)
{
	static const struct {
		const char *pattern;
		bool matches;
	} rows[] = {{"make_node", true}, {"xmalloc", true}, {"make_node<parse*", true},
		{"xmalloc<make_node", true}, {"make_node <- parse_list <- parse", true},
		{"make_node<parse_list<main", false}, {"make_node<**<main", true},
		{"**<parse", true}, {"make_node<**<**<read_file<main", true}, {"parse_list", false},
		{"**<other", false}, {"make_node<*<parse", true}, {"make_node<*<*<parse", false},
		{"**", true}, {"**<main<**<main", false}, {"vector<int>::make<main", false}};
	static const char *const names[] = {
		"main", "read_file", "parse", "parse_list", "make_node", "xmalloc"};
	struct lr_measured_frame frames[6];
	struct lr_measured_site site;
	(void)state;
	for (int i = 0; i < 6; i++)
		frames[i] = (struct lr_measured_frame){
			.function = names[i], .module = "m", .outer = i ? &frames[i - 1] : NULL};
	site = (struct lr_measured_site){.path = &frames[5], .means = &frames[4]};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lr_path_pattern p = {0};
		assert_true(lr_path_pattern_parse(&p, rows[i].pattern));
		if (lr_path_pattern_matches(&p, &site) != rows[i].matches)
			fail_msg("%s", rows[i].pattern);
		lr_path_pattern_free(&p);
	}
	struct lr_path_pattern p = {0};
	assert_true(lr_path_pattern_parse(&p,
		"std::map<int, list<a> >::at<operator<<<operator-><f<int>::g < x::operator<=>"));
	assert_int_equal(p.used, 5);
	assert_string_equal(p.functions[0], "std::map<int, list<a> >::at");
	assert_string_equal(p.functions[1], "operator<<");
	assert_string_equal(p.functions[2], "operator->");
	assert_string_equal(p.functions[3], "f<int>::g");
	lr_path_pattern_free(&p);
}

static uint64_t seed = 1;
static unsigned random_below(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

/* A text out of what rules are made of, mostly nearly one. */
static char *random_text(void)
{
	static const char *const pieces[] = {"function:", "site:", "program:", "file:", ";", ":",
		"a", "operator<", "std::v<int>", "<", ">", "=", "<=", ">=", "\\", "*", "**", " ",
		"..", "baseline", "+", "-", "~", "5%", "10", "18446744073709551615", "1,000", "K",
		"allocations", "bytes", "fds", ".peak", "churn.*", "no-leaks", "no-new-leaks",
		"region:r:", "entries", "\xff", "\xc3\xa4", "\n"};
	char *text = lr_strdup("");
	for (unsigned n = random_below(9); n > 0; n--) {
		char *more = lr_format(
			"%s%s", text, pieces[random_below(sizeof(pieces) / sizeof(*pieces))]);
		free(text);
		text = more;
	}
	if (random_below(2)) {
		char *more =
			lr_format("function:%s:allocations<=baseline+%u", text, random_below(99));
		free(text);
		text = more;
	}
	return text;
}

static bool is_utf8(const char *s)
{
	return !strchr(s, '\xff');
}

/* Any text is a rule that goes through text and JSON unchanged, or an error in one line. */
static void random_texts(void **state)
{
	unsigned good = 0;
	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct lr_budget_rule r;
		struct lr_error err = {{0}};
		char *text = random_text();
		if (lr_budget_rule_parse(&r, text, &err)) {
			good++;
			if (is_utf8(text) && r.max.amount <= INT64_MAX && r.min.amount <= INT64_MAX)
				round_trips(&r);
			lr_budget_rule_free(&r);
		} else {
			assert_true(err.text[0]);
		}
		free(text);
	}
	assert_in_range(good, 1000, 99000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(texts), cmocka_unit_test(errors),
		cmocka_unit_test(json_errors), cmocka_unit_test(tolerances),
		cmocka_unit_test(patterns), cmocka_unit_test(paths),
		cmocka_unit_test(random_texts)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
