/* Thread-local storage of a library that has been closed: what it held is lost. (In a waiting
 * thread and in main.)
 * truth: definite 2 blocks 70 bytes */
#include "../verdicts.h"

#ifdef LIBRARY
static __thread struct {
	char room[20000];
	void *p;
} local;

void keep(int size)
{
	local.p = made(size);
	escape(&local);
}
#else
#include <dlfcn.h>

static void (*keep)(int);

static void *waits(void *unused)
{
	keep(30);
	ready();
	for (;;)
		pause();
	return unused;
}

int main(void)
{
	void *library = dlopen(LIBRARY_FILE, RTLD_NOW);
	keep = library ? (void (*)(int))dlsym(library, "keep") : NULL;
	keep(40);
	start(waits, NULL);
	dlclose(library);
	clear();
	return 0;
}
#endif
