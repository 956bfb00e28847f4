/* Compiled by test_symbols with -g -O2: calls inlined into each other, into a loop, into a cold
 * part, and a call that does not return at the very end of its function. */
#include <stdlib.h>
#include <string.h>

int fixture_sink;

static inline int square(int x)
{
	return x * x + fixture_sink;
}

static inline int sum_of_squares(int n)
{
	int sum = 0;
	for (int i = 0; i < n; i++)
		sum += square(i) ^ square(n - i);
	return sum;
}

__attribute__((noinline)) static void *hidden_alloc(size_t n)
{
	char *p = malloc(n + (size_t)fixture_sink);
	if (__builtin_expect(!p, 0))
		fixture_sink = sum_of_squares((int)n);
	else
		memset(p, square((int)n), n);
	return p;
}

void *fixture_make(int n)
{
	void *p = hidden_alloc((size_t)n + 16);
	fixture_sink += sum_of_squares(n);
	return p;
}

__attribute__((noreturn)) void fixture_die(int status)
{
	fixture_sink = sum_of_squares(status);
	exit(fixture_sink);
}
