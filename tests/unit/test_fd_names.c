/* What descriptors are called: names, or what they have in common. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tools/view/fd_names.h"

enum { MOST = 6 };

static void is_called(const char *const *texts, size_t n, const char *want)
{
	struct lr_scan_fd row[MOST] = {{0}};
	struct lr_open_resource open[MOST];
	const struct lr_open_resource *list[MOST];
	struct lr_scan scan = {
		.fds = row, .fds_used = n, .texts = {.list = (char **)(uintptr_t)texts, .used = n}};
	for (size_t i = 0; i < n; i++) {
		row[i] = (struct lr_scan_fd){.number = 3 + (uint32_t)i, .name = 1 + (uint32_t)i};
		open[i] = (struct lr_open_resource){.handle = 3 + i, .fd.what = LTF_FD_FILE};
		list[i] = &open[i];
	}
	char *got = lr_fd_names(&scan, list, n);
	assert_string_equal(got, want);
	free(got);
}

static void names(void **state)
{
	const char *same[] = {"/a/x", "/a/x", "/a/x"},
		   *three[] = {"/b", "/a", "anon_inode:[eventfd]"};
	const char *many[] = {
		"/tmp/part-1.txt", "/tmp/part-22.txt", "/tmp/part-3.txt", "/tmp/part-.txt"};
	const char *odd[] = {"anon_inode:x", "pipe:[12]", "pipe:[13]", "/d", ""};
	(void)state;
	is_called(NULL, 0, "");
	is_called(same, 3, "/a/x (3)");
	is_called(three, 3, "/a, /b, eventfd");
	is_called(many, 4, "/tmp/part-*.txt");
	is_called(odd, 5, "/d, file, pipe (2) ..");
}

/* One that was opened since the scan is not what the scan has by its number. */
static void connections(void **state)
{
	const char *texts[] = {"socket:[7]", "127.0.0.1:80", "127.0.0.1:5555"};
	struct lr_scan_fd row = {
		.number = 5, .name = 1, .family = 2, .type = 1, .local = 2, .peer = 3};
	struct lr_scan scan = {.fds = &row,
		.fds_used = 1,
		.texts = {.list = (char **)(uintptr_t)texts, .used = 3}};
	struct lr_open_resource o = {.handle = 5, .created = 10, .fd.what = LTF_FD_ACCEPTED};
	const struct lr_open_resource *list[] = {&o};
	(void)state;
	assert_null(lr_fd_row(&scan, &o));
	assert_true(lr_fd_is_connection(&scan, &o));
	assert_true(lr_fd_is_connection(NULL, &o));
	scan.figure[LTF_SCAN_TIME_US] = 10;
	assert_ptr_equal(lr_fd_row(&scan, &o), &row);
	assert_true(lr_fd_is_connection(&scan, &o));
	char *got = lr_fd_names(&scan, list, 1);
	assert_string_equal(got, "socket at 127.0.0.1:80, to 127.0.0.1:5555");
	free(got);
	row.flags = LTF_FDS_HUNG_UP;
	assert_false(lr_fd_is_connection(&scan, &o));
	row.flags = 0;
	o.fd.what = LTF_FD_DUP;
	assert_true(lr_fd_is_connection(&scan, &o));
	o.fd.what = LTF_FD_SOCKET; /* a connection of the program's own making */
	assert_false(lr_fd_is_connection(&scan, &o));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(names), cmocka_unit_test(connections)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
