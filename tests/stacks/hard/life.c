/* Before main and after it, in libraries opened late, through lazily bound calls, and in a resolver
 * of an indirect function. Built twice: with PLUGIN as the library that the program opens and is
 * linked with. */
#include "tests/stacks/hard/hard.h"

#include <dlfcn.h>
#include <stdio.h>

#ifdef PLUGIN
void *volatile kept;

// stack 75001: plugin_made ... |
__attribute__((constructor)) static FRAME void plugin_made(void)
{
	ALLOCATE(75001);
}

// stack 75002: plugin_gone ... |
__attribute__((destructor)) static FRAME void plugin_gone(void)
{
	ALLOCATE(75002);
}

// stack 75003: plugin_call main
FRAME void plugin_call(void)
{
	ALLOCATE(75003);
}

/* Called by the loader, in the middle of binding the first call; named as what it chooses. */
// stack 75004: chosen_late ... calls_chosen main
static int chosen(void)
{
	return 4;
}
static int (*choose_function(void))(void)
{
	ALLOCATE(75004);
	return chosen;
}
int chosen_late(void) __attribute__((ifunc("choose_function")));

#else
void *volatile kept;
extern void plugin_call(void);
extern int chosen_late(void);

// stack 75005: before_main ... |
__attribute__((constructor)) static FRAME void before_main(void)
{
	ALLOCATE(75005);
}
// stack 75006: after_main ... |
__attribute__((destructor)) static FRAME void after_main(void)
{
	ALLOCATE(75006);
}
// stack 75007: at_the_end ... |
static FRAME void at_the_end(void)
{
	ALLOCATE(75007);
}

// stack 75008: opened_made ... opens main
static FRAME void opens(const char *path)
{
	void *h = dlopen(path, RTLD_NOW);
	if (!h)
		puts(dlerror());
	else
		dlclose(h);
	NOT_LAST();
}

static FRAME int calls_chosen(void)
{
	int n = chosen_late();
	NOT_LAST();
	return n;
}

int main(int argc, char **argv)
{
	atexit(at_the_end);
	plugin_call();
	calls_chosen();
	if (argc > 1)
		opens(argv[1]);
	NOT_LAST();
	return 0;
}
#endif
