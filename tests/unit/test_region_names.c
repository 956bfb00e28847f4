/* Which regions a pattern means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tools/view/region_names.h"

static void patterns(void **state)
{
	static const struct {
		const char *path, *pattern;
		bool itself, around;
	} rows[] = {
		{"parse", "parse", true, true},
		{"parse", "pars?", true, true},
		{"parse", "par", false, false},
		{"file/parse", "parse", true, true},
		{"file/parse", "file", false, true},
		{"file/parse", "f*", true, true},
		{"file/parse", "file/parse", true, true},
		{"a/file/parse/value", "file/parse", false, true},
		{"a/file/parse/value", "file/value", false, false},
		{"a/file/parse/value", "file/*/value", true, true},
		{"a/file/parse/value", "alue", false, false},
		{"GET /index", "GET /index", true, true},
		{"GET /index/parse", "GET /*", true, true},
		{"GET /index/parse", "GET /index", false, true},
		{"", "*", true, true},
		{"/", "x", false, false},
		{"parse", "[", false, false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (lr_region_matches(rows[i].path, rows[i].pattern, false) != rows[i].itself)
			fail_msg("%s itself by %s", rows[i].path, rows[i].pattern);
		if (lr_region_matches(rows[i].path, rows[i].pattern, true) != rows[i].around)
			fail_msg("%s by %s", rows[i].path, rows[i].pattern);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(patterns)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
