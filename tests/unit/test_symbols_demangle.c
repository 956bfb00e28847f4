/* Linkage names to readable ones; names that are none, and names made to explode. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/symbols/demangle.h"

static void check_name(const char *mangled, const char *expected)
{
	char *got = lr_demangle(mangled);
	if (expected) {
		assert_non_null(got);
		assert_string_equal(got, expected);
	} else {
		assert_null(got);
	}
	free(got);
}

static void test_demangling(void **state)
{
	(void)state;
	check_name("_ZN4demo3BoxIiE4pushEi", "demo::Box<int>::push(int)");
	check_name("_Znwm", "operator new(unsigned long)");
	check_name("_ZL5greetv.part.0", "greet() [clone .part.0]");
	check_name("_ZN4core3fmt9Formatter3pad17h0123456789abcdefE", "core::fmt::Formatter::pad");
	check_name("_RNvC6_123foo3bar", "123foo::bar");
	check_name("main", NULL);
	check_name("", NULL);
	check_name("_", NULL);
	check_name("_Z", NULL);
	check_name("_Zwhat", NULL);
	/* Each argument type is a pair of the one before: 2^60 names. */
	char bomb[1024] = "_Z1fSt4pairIiiE";
	char last[8] = "S_";
	for (int i = 0; i < 34; i++) {
		size_t n = strlen(bomb);
		snprintf(bomb + n, sizeof(bomb) - n, "S_I%s%sE", last, last);
		snprintf(last, sizeof(last), "S%c_", i < 10 ? '0' + i : 'A' + i - 10);
	}
	free(lr_demangle(bomb));
	char *deep = malloc(5000);
	memset(deep, 'P', 4999);
	memcpy(deep, "_Z1f", 4);
	strcpy(deep + 4000, "i");
	free(lr_demangle(deep));
	free(deep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_demangling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
