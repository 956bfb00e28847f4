/* A library is unloaded and another comes to its place: the same addresses are other functions now.
 * Built three times: as FIRST and as SECOND, which differ in names and frame sizes only (both too
 * large for a short instruction, so that all addresses are the same), and as the program that opens
 * them in turn. */
#include "tests/stacks/hard/hard.h"

#include <dlfcn.h>
#include <stdio.h>

#if defined(FIRST) || defined(SECOND)
static void *volatile kept_here;
#define kept kept_here
#ifdef FIRST
#define NAME in_first
enum { SIZE = 78001, ROOM = 400 };
#else
#define NAME in_second
enum { SIZE = 78002, ROOM = 1000 };
#endif

// stack 78001: in_first call main
// stack 78002: in_second call main
static FRAME void NAME(void)
{
	volatile char room[ROOM];
	room[0] = 1;
	ALLOCATE(SIZE);
	room[1] = room[0];
}

void call(void);
FRAME void call(void)
{
	NAME();
	NOT_LAST();
}

#else
void *volatile kept;

/* One call site for both. */
int main(int argc, char **argv)
{
	void *last = NULL;
	int same = 0;
	(void)argc, (void)argv;
	for (int i = 0; i < 10; i++) {
		void *h = dlopen(i % 2 ? "./libsecond.so" : "./libfirst.so", RTLD_NOW);
		void (*call)(void) = h ? (void (*)(void))dlsym(h, "call") : NULL;
		if (!call) {
			puts(dlerror());
			return 1;
		}
		same += (void *)call == last;
		last = (void *)call;
		call();
		dlclose(h);
	}
	if (!same) {
		puts("the two never stood at the same place");
		return 1;
	}
	return 0;
}
#endif
