#include "tools/util/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE = 4 << 20 }; /* bytes */

void lr_no_memory(void)
{
	fputs("leakreport: out of memory; the report was given up\n", stderr);
	exit(3);
}

static void *checked(void *p)
{
	if (!p)
		lr_no_memory();
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

void *lr_big_alloc(size_t bytes)
{
	if (bytes < HUGE)
		return lr_calloc(1, bytes);
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	checked(p == MAP_FAILED ? NULL : p);
	madvise(p, bytes, MADV_HUGEPAGE);
	return p;
}

void lr_big_free(void *p, size_t bytes)
{
	if (bytes < HUGE)
		free(p);
	else
		munmap(p, bytes);
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
