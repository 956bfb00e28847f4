#include "lib/sockname.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { GROUPS = 8, HEX = 16, HEX_SHIFT = 4, TEN = 10 };

static char *put_number(char *p, unsigned v, unsigned base)
{
	char digits[TEN];
	unsigned n = 0;
	do
		digits[n++] = "0123456789abcdef"[v % base];
	while (v /= base);
	while (n)
		*p++ = digits[--n];
	return p;
}

static char *put_v4(char *p, const uint8_t *a)
{
	for (int i = 0; i < 4; i++) {
		if (i)
			*p++ = '.';
		p = put_number(p, a[i], TEN);
	}
	return p;
}

static unsigned group(const uint8_t *a, int i)
{
	return (unsigned)a[2 * i] << 8 | a[2 * i + 1];
}

/* The longest run of two zero groups or more, which is left out; its length. */
static int longest_zeros(const uint8_t *a, int *from)
{
	int best = 1;
	*from = GROUPS;
	for (int i = 0; i < GROUPS; i++) {
		int n = 0;
		while (i + n < GROUPS && group(a, i + n) == 0)
			n++;
		if (n <= best)
			continue;
		best = n;
		*from = i;
	}
	return *from < GROUPS ? best : 0;
}

static char *put_v6(char *p, const uint8_t *a)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	int from, zeros = longest_zeros(a, &from);
	if (memcmp(a, mapped, sizeof(mapped)) == 0)
		return put_v4(p, a + sizeof(mapped));
	*p++ = '[';
	for (int i = 0; i < GROUPS; i++) {
		if (i == from) {
			*p++ = ':';
			*p++ = ':';
			i += zeros - 1;
			continue;
		}
		if (i && i != from + zeros)
			*p++ = ':';
		p = put_number(p, group(a, i), HEX);
	}
	*p++ = ']';
	return p;
}

static char *put_port(char *p, in_port_t port)
{
	*p++ = ':';
	return put_number(p, ntohs(port), TEN);
}

/* An abstract name may hold any bytes. */
static char *put_path(char *p, const char *path, size_t len)
{
	bool abstract = len && !path[0];
	size_t n = abstract ? len : strnlen(path, len);
	for (size_t i = 0; i < n && i < LT_SOCKNAME_MAX; i++)
		*p++ = path[i] ? path[i] : '@';
	return p;
}

size_t lt_sockname(char out[LT_SOCKNAME_MAX], const void *addr, size_t len)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_un un;
	} a = {0};
	memcpy(&a, addr, len < sizeof(a) ? len : sizeof(a));
	char *p = out;
	if (a.any.sa_family == AF_INET && len >= sizeof(a.v4))
		p = put_port(put_v4(p, (const uint8_t *)&a.v4.sin_addr), a.v4.sin_port);
	else if (a.any.sa_family == AF_INET6 && len >= sizeof(a.v6))
		p = put_port(put_v6(p, a.v6.sin6_addr.s6_addr), a.v6.sin6_port);
	else if (a.any.sa_family == AF_UNIX && len > sizeof(sa_family_t) && len <= sizeof(a.un))
		p = put_path(p, a.un.sun_path, len - sizeof(sa_family_t));
	return (size_t)(p - out);
}
