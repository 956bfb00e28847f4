/* The table of thresholds, and how their values are given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include "tools/view/thresholds.h"

/* Each default, given as it is shown, is understood and changes nothing. */
static void test_defaults(void **state)
{
	struct lr_thresholds t = lr_thresholds_default;
	(void)state;
	for (int i = 0; i < LR_THRESHOLD_COUNT; i++) {
		enum lr_threshold_id id = (enum lr_threshold_id)i;
		char text[128];
		snprintf(text, sizeof(text), "%s=%s", lr_threshold_rows[i].name,
			lr_threshold_show(id, t.of[i]).text);
		assert_true(lr_thresholds_set(&t, text));
		assert_false(lr_threshold_changed(&t, id));
	}
	assert_memory_equal(&t, &lr_thresholds_default, sizeof(t));
}

static void test_set(void **state)
{
	struct lr_thresholds t = lr_thresholds_default;
	(void)state;
	assert_true(lr_thresholds_set(&t, "heap.peak.bytes=6M"));
	assert_true(lr_threshold(&t, LR_THRESHOLD_HEAP_PEAK_BYTES) == 6 << 20);
	assert_true(lr_threshold_changed(&t, LR_THRESHOLD_HEAP_PEAK_BYTES));
	assert_string_equal(lr_threshold_show(LR_THRESHOLD_HEAP_PEAK_BYTES, 6 << 20).text, "6M");
	assert_true(lr_thresholds_set(&t, "churn.large.size=100000"));
	assert_true(lr_threshold(&t, LR_THRESHOLD_CHURN_LARGE_SIZE) == 100000);
	assert_true(lr_thresholds_set(&t, "churn.realloc.count=0"));
	assert_true(lr_threshold(&t, LR_THRESHOLD_CHURN_REALLOC_COUNT) == 0);
	assert_true(lr_thresholds_set(&t, "churn.large.share=0.25"));
	assert_true(lr_threshold_reached(&t, LR_THRESHOLD_CHURN_LARGE_SHARE, 25, 100));
	assert_false(lr_threshold_reached(&t, LR_THRESHOLD_CHURN_LARGE_SHARE, 24, 100));
	assert_false(lr_threshold_changed(&t, LR_THRESHOLD_CHURN_LARGE_COUNT));
}

static void test_wrong(void **state)
{
	static const char *const wrong[] = {"", "=", "heap.peak.bytes",
		"heap.peak.bytes=", "heap.peak.bytes=many", "heap.peak.bytes=-1",
		"heap.peak.bytes=1Q", "heap.peak=1", "heap.peak.bytesx=1", "churn.large.count=1.5",
		"churn.large.count=2K", "churn.large.share=1.1", "churn.large.share=50%",
		"churn.realloc.ratio=x"};
	struct lr_thresholds t = lr_thresholds_default;
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(lr_thresholds_set(&t, wrong[i]));
	assert_memory_equal(&t, &lr_thresholds_default, sizeof(t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_set), cmocka_unit_test(test_wrong)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
