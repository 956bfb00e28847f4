/* What is lost between two scans: 10 blocks of 100 bytes before the first, and after it 5 more; 20
 * pairs of 32 and 48 bytes after it, of which one leads to the other. 7 blocks are held
 * all the time. With an argument there is no scan before the end. */
#include <stdlib.h>
#include <string.h>
#include "leaktrace.h"

#ifdef __clang__
#define APART __attribute__((noinline))
#else
#define APART __attribute__((noinline, noclone))
#endif

static void *held[7];

APART static void clear(void)
{
	volatile char stack[16384];
	memset((void *)stack, 0, sizeof(stack));
}

APART static void lose(void)
{
	void *volatile p = malloc(100);
	memset(p, 1, 100);
	p = NULL;
}

APART static void lose_pair(void)
{
	void *volatile *volatile p = calloc(1, 32);
	p[1] = calloc(1, 48);
	p = NULL;
}

APART static void hold(void)
{
	for (int i = 0; i < 7; i++)
		held[i] = malloc(1000);
}

APART static void times(volatile int n, void (*volatile f)(void))
{
	for (int i = 0; i < n; i++)
		f();
}

int main(int argc, char **argv)
{
	(void)argv;
	hold();
	times(10, lose);
	clear();
	if (argc == 1)
		leaktrace_scan();
	times(5, lose);
	times(20, lose_pair);
	clear();
	return 0;
}
