/* Each test of Check's becomes a region of its name, so that a budget can hold tests one by one:
 *
 *   region:test_parse_empty:allocations=0
 *
 * Include this in place of <check.h> (0.13 or later); nothing else is to be done. Fixtures, and
 * what Check itself allocates, do not count to it. It is the same whether each test runs in a
 * process of its own or not (CK_FORK). Without leaktrace it does nothing. */
#ifndef CHECK_REGIONS_H
#define CHECK_REGIONS_H

#include <check.h>
#include <leaktrace.h>

/* A test that fails does not come to the end of its region; but then the run has failed anyway. */
#undef START_TEST
#define START_TEST(test)                                                                           \
	static void test##_body(int);                                                              \
	static void test##_fn(int _i)                                                              \
	{                                                                                          \
		leaktrace_region_begin(#test);                                                     \
		test##_body(_i);                                                                   \
		leaktrace_region_end(#test);                                                       \
	}                                                                                          \
	static const TTest test##_ttest = {"" #test, test##_fn, __FILE__, __LINE__};               \
	static const TTest *test = &test##_ttest;                                                  \
	static void test##_body(int _i CK_ATTRIBUTE_UNUSED)

#endif
