/* What a program can tell by leaktrace.h. "definite" is what is lost in the end:
 *   ignore    3 blocks, of which the first is ignored: it leads to the second, the third is lost
 * (30 bytes) released  an ignored block is released; what is then allocated at its address is lost
 * (1000 bytes) moved     an ignored block is reallocated elsewhere, and lost (5000 bytes) root a
 * page that cannot be written holds the only pointer, and is declared: nothing is lost unroot the
 * same, but taken back: 40 bytes are lost threads   blocks that other threads ignored, and two that
 * none did (2 bytes) odd       null, no block, memory that cannot be read, the same several times,
 * far too many: nothing */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "leaktrace.h"

#ifdef __clang__
#define APART __attribute__((noinline))
#else
#define APART __attribute__((noinline, noclone))
#endif

APART static void clear(void)
{
	volatile char stack[16384];
	memset((void *)stack, 0, sizeof(stack));
}

APART static void ignore(void)
{
	void **volatile a = malloc(10);
	void **volatile b = malloc(20);
	void *volatile c = malloc(30);
	*a = b;
	leaktrace_ignore(a);
	a = b = c = NULL;
}

APART static void released(void)
{
	void *volatile a = malloc(1000);
	leaktrace_ignore(a);
	free(a);
	a = malloc(1000);
	a = NULL;
}

APART static void moved(void)
{
	void *volatile a = malloc(100), *volatile wall = malloc(100);
	leaktrace_ignore(a);
	a = realloc(a, 5000);
	a = NULL;
	free(wall);
}

/* The block itself is lost. */
APART static void root(int keep)
{
	void **volatile holder = malloc(64);
	holder[5] = malloc(40);
	leaktrace_root(holder + 4, 16);
	leaktrace_root(holder + 4, 24);
	if (!keep)
		leaktrace_unroot(holder + 4);
	holder = NULL;
}

static void *in_thread(void *arg)
{
	for (int i = 0; i < 1000; i++) {
		void *volatile p = malloc(16);
		leaktrace_ignore(p);
		if (i % 2) {
			free(p);
			p = malloc(16);
			leaktrace_ignore(p);
		}
		p = NULL;
	}
	return arg;
}

APART static void threads(void)
{
	pthread_t t[2];
	for (int i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, in_thread, NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	void *volatile lost = malloc(2);
	leaktrace_unroot(lost);
	lost = NULL;
}

APART static void odd(void)
{
	static long words[2];
	void *none = mmap(NULL, 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *volatile p = malloc(8);
	leaktrace_ignore(NULL);
	leaktrace_ignore(words);
	leaktrace_ignore(none);
	leaktrace_ignore(p);
	leaktrace_ignore(p);
	leaktrace_root(NULL, 10);
	leaktrace_root(none, 8192);
	leaktrace_root(words, 0);
	leaktrace_root((void *)-16, 4096);
	leaktrace_unroot(p);
	for (long i = 0; i < 5000; i++)
		leaktrace_root((char *)none + i, 8);
	for (long i = 0; i < 20000; i++)
		leaktrace_ignore((char *)none + 8 * i);
	p = NULL;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	if (strcmp(what, "ignore") == 0)
		ignore();
	else if (strcmp(what, "released") == 0)
		released();
	else if (strcmp(what, "moved") == 0)
		moved();
	else if (strcmp(what, "root") == 0)
		root(1);
	else if (strcmp(what, "unroot") == 0)
		root(0);
	else if (strcmp(what, "threads") == 0)
		threads();
	else if (strcmp(what, "odd") == 0)
		odd();
	clear();
	puts(what);
	return 0;
}
