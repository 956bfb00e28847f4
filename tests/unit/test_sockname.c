/* Addresses of sockets as text, beside inet_ntop. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <cmocka.h>

#include "lib/sockname.h"

static void gives(const void *addr, size_t len, const char *want)
{
	char got[LT_SOCKNAME_MAX + 1];
	size_t n = lt_sockname(got, addr, len);
	assert_true(n <= LT_SOCKNAME_MAX);
	got[n] = 0;
	assert_string_equal(got, want);
}

static void of_the_internet(void **state)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(80)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(65535)};
	(void)state;
	v4.sin_addr.s_addr = htonl(0x7f0000ff);
	gives(&v4, sizeof(v4), "127.0.0.255:80");
	gives(&v6, sizeof(v6), "[::]:65535");
	assert_int_equal(inet_pton(AF_INET6, "::ffff:10.0.0.1", &v6.sin6_addr), 1);
	gives(&v6, sizeof(v6), "10.0.0.1:65535");
	gives(&v4, sizeof(v4) - 1, "");
	gives(&v4, 0, "");
}

static void any_of_version_six(void **state)
{
	char text[INET6_ADDRSTRLEN], want[INET6_ADDRSTRLEN + 8];
	(void)state;
	srand(7);
	for (int i = 0; i < 20000; i++) {
		struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_port = htons(1)};
		for (int k = 0; k < 16; k += 2)
			if (rand() % 3) {
				a.sin6_addr.s6_addr[k] = (uint8_t)(rand() % 4 ? rand() : 0);
				a.sin6_addr.s6_addr[k + 1] = (uint8_t)rand();
			}
		inet_ntop(AF_INET6, &a.sin6_addr, text, sizeof(text));
		if (strchr(text, '.'))
			continue; /* written otherwise */
		snprintf(want, sizeof(want), "[%s]:1", text);
		gives(&a, sizeof(a), want);
	}
}

static void of_this_machine(void **state)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "/run/x.sock"};
	size_t head = offsetof(struct sockaddr_un, sun_path);
	char long_name[LT_SOCKNAME_MAX];
	(void)state;
	gives(&un, sizeof(un), "/run/x.sock");
	gives(&un, head + 4, "/run");
	gives(&un, head, "");
	memcpy(un.sun_path, "\0a\0b", 4);
	gives(&un, head + 4, "@a@b");
	memset(un.sun_path, 'x', sizeof(un.sun_path));
	memset(long_name, 0, sizeof(long_name));
	memset(long_name, 'x', sizeof(un.sun_path));
	gives(&un, sizeof(un), long_name);
	un.sun_family = AF_NETLINK;
	gives(&un, sizeof(un), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(of_the_internet),
		cmocka_unit_test(any_of_version_six), cmocka_unit_test(of_this_machine)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
