/* Which pages were ever touched, asked in both ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "lib/config.h"
#include "lib/touched.h"

struct lt_config lt_config;

enum { PAGE = 4096, PAGES = 20000 };

static char *map(void)
{
	char *p = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_true(p != MAP_FAILED);
	madvise(p, (size_t)PAGES * PAGE, MADV_NOHUGEPAGE);
	return p;
}

/* How many pages are told as touched; in order, and apart or side by side. */
static size_t count(struct lt_touched *t, const char *p, size_t pages)
{
	struct lt_scan_range run;
	uintptr_t before = (uintptr_t)p;
	size_t n = 0;
	lt_touched_begin(t, before, before + pages * PAGE);
	while (lt_touched_next(t, &run)) {
		assert_true(run.start >= before && run.end > run.start);
		before = run.end;
		n += (run.end - run.start) / PAGE;
	}
	assert_true(before <= (uintptr_t)p + pages * PAGE);
	return n;
}

static void pages_are_told(struct lt_touched *t)
{
	char *p = map();
	assert_int_equal(count(t, p, PAGES), 0);
	for (unsigned i = 0; i < PAGES; i += 3) /* more runs than there is room for at once */
		p[(size_t)i * PAGE] = 1;
	assert_int_equal(count(t, p, PAGES), (PAGES + 2) / 3);
	assert_int_equal(count(t, p, 1), 1);
	assert_int_equal(count(t, p + PAGE, 2), 0);
	if (t->by_ranges) { /* reading leaves a page of zeros, which is not told */
		assert_int_equal(*(volatile char *)(p + PAGE), 0);
		assert_int_equal(count(t, p + PAGE, 2), 0);
	}
	munmap(p, (size_t)PAGES * PAGE);
}

static void both_ways(void **state)
{
	static struct lt_touched t;
	(void)state;
	lt_touched_open(&t);
	assert_true(t.fd >= 0);
	pages_are_told(&t);
	t.by_ranges = false;
	pages_are_told(&t);
	lt_touched_close(&t);
	char *p = map();
	assert_int_equal(count(&t, p, 7), 7); /* nothing is known */
	munmap(p, (size_t)PAGES * PAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(both_ways)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
