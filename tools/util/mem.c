#include "tools/util/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *p)
{
	if (!p) {
		fputs("leakreport: out of memory; the report was given up\n", stderr);
		exit(3);
	}
	return p;
}

void *lr_calloc(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size ? size : 1));
}

void *lr_resize(void *p, size_t count, size_t size)
{
	return checked(reallocarray(p, count ? count : 1, size ? size : 1));
}

char *lr_strndup(const char *s, size_t n)
{
	char *copy = checked(malloc(n + 1));
	if (n)
		memcpy(copy, s, n);
	copy[n] = 0;
	return copy;
}

char *lr_strdup(const char *s)
{
	return lr_strndup(s, strlen(s));
}

char *lr_format(const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	va_start(ap, fmt);
	int n = vasprintf(&text, fmt, ap);
	va_end(ap);
	return checked(n < 0 ? NULL : text);
}
