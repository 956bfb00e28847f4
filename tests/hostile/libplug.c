/* A library to be opened and closed: allocates in its constructor, in its destructor, and when
 * asked. Built twice, with one of two names for the function that allocates, so that whichever is
 * loaded at an address can be told from the other. */
#include <stdlib.h>
#include "tests/hostile/hostile.h"

void *counted_name(size_t n);
void *plug_alloc(size_t n);
void plug_free(void *p);

__attribute__((constructor)) static void begin(void)
{
	free(malloc(7));
}

__attribute__((destructor)) static void end(void)
{
	free(malloc(9));
}

__attribute__((noinline)) void *counted_name(size_t n)
{
	void *p = malloc(n);
	__asm__ volatile("" : : "r"(p) : "memory");
	return p;
}

void *plug_alloc(size_t n)
{
	return counted_name(n);
}

void plug_free(void *p)
{
	free(p);
}
