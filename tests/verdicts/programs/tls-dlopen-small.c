/* As tls-dlopen.c, with initial-exec storage, which lies beside the program's own.
 * truth: reachable 2 blocks 70 bytes */
#include "../verdicts.h"

#ifdef LIBRARY
static __thread void *local __attribute__((tls_model("initial-exec")));

void keep(int size)
{
	local = made(size);
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
	clear();
	return 0;
}
#endif
