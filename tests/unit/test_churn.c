/* The rules of churn.*: a site that each tells, and each threshold, moved, that silences it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include "tools/view/churn.h"

enum { SILENCERS = 6 };

static const struct {
	enum lr_churn_kind kind;
	struct lr_site site;
	struct lr_counts all;
	const char *silencers[SILENCERS]; /* each just above what the site has */
} cases[] = {{LR_CHURN_STEPS,
		     {.counts = {.allocations = 1000, .allocated_bytes = 8 << 20, .temporary = 999},
			     .churn = {.enlarged = 999,
				     .enlarged_bytes = 16000,
				     .old_bytes = 8000000,
				     .copied_bytes = 4000}},
		     {.allocations = 10000, .allocated_bytes = 1 << 30},
		     {"churn.realloc.count=1000", "churn.realloc.bytes=8000001",
			     "churn.realloc.ratio=500.1", "churn.realloc.of_all=0.1"}},
	/* Few calls, but what they copy is much of all. */
	{LR_CHURN_STEPS,
		{.counts = {.allocations = 1000, .allocated_bytes = 8 << 20},
			.churn = {.enlarged = 999,
				.enlarged_bytes = 16000,
				.old_bytes = 8000000,
				.copied_bytes = 6000000}},
		{.allocations = 1000000, .allocated_bytes = 60000000},
		{"churn.realloc.of_all=0.11"}},
	{LR_CHURN_TABLES,
		{.counts = {.allocations = 3000, .allocated_bytes = 19641600},
			.churn = {.replaced = 2700, .replaced_bytes = 9811200}},
		{.allocations = 30000, .allocated_bytes = 98112000},
		{"churn.realloc.count=2701", "churn.realloc.bytes=9811201",
			"churn.realloc.steps=9.1", "churn.realloc.objects=301",
			"churn.realloc.of_all=0.11"}},
	{LR_CHURN_QUADRATIC,
		{.counts = {.allocations = 4000, .allocated_bytes = 8004000},
			.churn = {.appended = 3999,
				.appended_bytes = 8000000,
				.appended_most = 4000}},
		{.allocations = 1000000, .allocated_bytes = 80000000},
		{"churn.quadratic.count=4000", "churn.quadratic.bytes=8000001",
			"churn.quadratic.ratio=2001", "churn.quadratic.share=0.9999",
			"churn.quadratic.of_all=0.11"}},
	{LR_CHURN_LARGE,
		{.counts = {.allocations = 100, .frees = 95, .allocated_bytes = 100 << 20}},
		{.allocations = 1000000, .allocated_bytes = 1000 << 20},
		{"churn.large.count=101", "churn.large.size=1025K", "churn.large.bytes=101M",
			"churn.large.share=0.96", "churn.large.of_all=0.101"}},
	{LR_CHURN_TEMPORARY,
		{.counts = {.allocations = 20000,
			 .frees = 20000,
			 .allocated_bytes = 2000000,
			 .temporary = 19000}},
		{.allocations = 50000, .allocated_bytes = 1 << 30},
		{"churn.temporary.count=19001", "churn.temporary.share=0.951",
			"churn.temporary.of_all=0.381"}},
	{LR_CHURN_SMALL,
		{.counts = {.allocations = 50000, .peak_blocks = 50000, .peak_bytes = 400000}},
		{.allocations = 1000000, .peak_bytes = 10000000},
		{"churn.small.count=50001", "churn.small.size=7", "churn.small.bytes=1200001",
			"churn.small.of_peak=0.121"}}};
enum { CASES = sizeof(cases) / sizeof(*cases) };

static void test_thresholds(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		const unsigned wanted = 1u << cases[i].kind;
		unsigned found =
			lr_churn_judge(&cases[i].site, &cases[i].all, &lr_thresholds_default);
		assert_int_equal(found, wanted);
		for (size_t k = 0; k < SILENCERS && cases[i].silencers[k]; k++) {
			struct lr_thresholds t = lr_thresholds_default;
			assert_true(lr_thresholds_set(&t, cases[i].silencers[k]));
			found = lr_churn_judge(&cases[i].site, &cases[i].all, &t);
			if (found & wanted)
				fail_msg("case %zu is told with %s", i, cases[i].silencers[k]);
		}
	}
}

/* Each threshold of these findings silences one of the cases. */
static void test_all_are_there(void **state)
{
	(void)state;
	for (int id = 0; id < LR_THRESHOLD_COUNT; id++) {
		const char *name = lr_threshold_rows[id].name;
		bool tested = strncmp(name, "churn.", 6) != 0;
		for (size_t i = 0; i < CASES; i++)
			for (size_t k = 0; k < SILENCERS && cases[i].silencers[k]; k++)
				tested |= strncmp(cases[i].silencers[k], name, strlen(name)) == 0 &&
					  cases[i].silencers[k][strlen(name)] == '=';
		if (!tested)
			fail_msg("no case for %s", name);
	}
}

static void test_nothing(void **state)
{
	struct lr_thresholds none = {{0}};
	struct lr_site site = {.counts = {.allocations = 0}};
	struct lr_counts all = {0};
	(void)state;
	assert_int_equal(lr_churn_judge(&site, &all, &lr_thresholds_default), 0);
	assert_int_equal(lr_churn_judge(&site, &all, &none), 0); /* nothing is divided by */
}

/* A vector that doubles, once; a thousand of them are each a little. */
static void test_doubling(void **state)
{
	struct lr_site once = {
		.counts = {.allocations = 24, .frees = 23, .allocated_bytes = 64 << 20},
		.churn = {.replaced = 23, .replaced_bytes = 32 << 20}};
	struct lr_site twice = {
		.counts = {.allocations = 3000, .frees = 3000, .allocated_bytes = 64 << 20},
		.churn = {.replaced = 2000, .replaced_bytes = 32 << 20}};
	struct lr_counts all = {.allocations = 3024, .allocated_bytes = 128 << 20};
	(void)state;
	assert_int_equal(
		lr_churn_judge(&once, &all, &lr_thresholds_default) & 1u << LR_CHURN_TABLES, 0);
	assert_int_equal(lr_churn_judge(&twice, &all, &lr_thresholds_default), 0);
}

/* Enlarged blocks are no temporary ones. */
static void test_enlarged(void **state)
{
	struct lr_site s = {.counts = {.allocations = 20000,
				    .frees = 20000,
				    .allocated_bytes = 2000000,
				    .temporary = 20000},
		.churn = {.enlarged = 15000, .enlarged_bytes = 1000000, .old_bytes = 1000000}};
	struct lr_counts all = {.allocations = 20000, .allocated_bytes = 2000000};
	(void)state;
	assert_int_equal(lr_churn_temporary(&s), 5000);
	assert_int_equal(lr_churn_judge(&s, &all, &lr_thresholds_default), 0);
}

static void test_overhead(void **state)
{
	struct lr_site s = {.counts = {.peak_blocks = 100, .peak_bytes = 800}};
	(void)state;
	assert_int_equal(lr_churn_taken(0), 32);
	assert_int_equal(lr_churn_taken(24), 32);
	assert_int_equal(lr_churn_taken(25), 48);
	assert_int_equal(lr_churn_taken(40), 48);
	assert_int_equal(lr_churn_overhead(&s), 2400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_thresholds),
		cmocka_unit_test(test_all_are_there), cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_doubling), cmocka_unit_test(test_enlarged),
		cmocka_unit_test(test_overhead)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
