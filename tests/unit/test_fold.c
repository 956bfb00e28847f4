/* Long names of functions as a person sees them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tools/util/fold.h"

/* Long enough to be folded. */
#define LONG "a_rather_long_namespace::of_another_long_namespace::and_of_a_further_one::"

static void shown(const char *name, const char *want)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	assert_non_null(f);
	size_t columns = lr_put_function(f, name);
	fclose(f);
	assert_string_equal(text, want);
	assert_int_equal(columns, strlen(want));
	free(text);
}

static void short_names_are_whole(void **state)
{
	(void)state;
	shown("", "");
	shown("main", "main");
	shown("std::vector<int, std::allocator<int> >::push_back(int const&)",
		"std::vector<int, std::allocator<int> >::push_back(int const&)");
}

static void arguments_are_left_out(void **state)
{
	(void)state;
	shown(LONG "f<int, b<c> >(int, d<e>)", LONG "f<..>(..)");
	shown("a<int, b<c> > " LONG "f<int, b<(d)2> >(e) const", "a<..> " LONG "f<..>(e) const");
	shown(LONG "g()", LONG "g()");
	shown(LONG "f(char const*)::{lambda(int)#1}::operator()(int, int) const",
		LONG "f(..)::{lambda(..)#1}::operator()(..) const");
	shown(LONG "(anonymous namespace)::f(long, long)", LONG "(anonymous namespace)::f(..)");
}

static void operators_are_no_brackets(void **state)
{
	(void)state;
	shown(LONG "operator<(int, long)", LONG "operator<(..)");
	shown(LONG "operator<< <int, int>(int)", LONG "operator<< <..>(..)");
	shown(LONG "operator->() const", LONG "operator->() const");
	shown(LONG "operator()(int, char) const", LONG "operator()(..) const");
	shown(LONG "f<&x::operator> >(int, int)", LONG "f<..>(..)");
	shown(LONG "my_operator<int, int>(int)", LONG "my_operator<..>(..)");
	shown(LONG "operator std::vector<int, a>() const", LONG "operator std::vector<..>() const");
}

static void odd_names_are_shown(void **state)
{
	(void)state;
	shown(LONG "f<int, (", LONG "f<int, (");
	shown(LONG "f>)>", LONG "f>)>");
	shown(LONG "\x1b(int, int)", LONG "\\x1b(..)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(short_names_are_whole),
		cmocka_unit_test(arguments_are_left_out),
		cmocka_unit_test(operators_are_no_brackets), cmocka_unit_test(odd_names_are_shown)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
