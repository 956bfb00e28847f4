/* Each cmocka test becomes a region of its name, so that a budget can hold tests one by one:
 *
 *   region:parses_empty_input:allocations=0
 *
 * Behind each test function stands REGION_TEST(function), and in the table
 * region_unit_test(function) where cmocka_unit_test(function) stood. What setup, teardown and
 * cmocka itself allocate does not count to it. Without leaktrace it does nothing. */
#ifndef CMOCKA_REGIONS_H
#define CMOCKA_REGIONS_H

#include <leaktrace.h>

/* A test that fails leaps over the end; but then the run has failed anyway. */
#define REGION_TEST(function)                                                                      \
	static void function##_in_region(void **state)                                             \
	{                                                                                          \
		leaktrace_region_begin(#function);                                                 \
		function(state);                                                                   \
		leaktrace_region_end(#function);                                                   \
	}

/* clang-format off */
#define region_unit_test_setup_teardown(function, setup, teardown)                                 \
	{#function, function##_in_region, setup, teardown, NULL}
/* clang-format on */
#define region_unit_test(function) region_unit_test_setup_teardown(function, NULL, NULL)

#endif
