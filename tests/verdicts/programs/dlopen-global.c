/* A variable of a library opened later.
 * truth: reachable 2 blocks 90 bytes */
#include "../verdicts.h"

#ifdef LIBRARY
static void **kept;

void keep(void)
{
	kept = made(40);
	kept[3] = made(50);
	escape(&kept);
}
#else
#include <dlfcn.h>

int main(void)
{
	void *library = dlopen(LIBRARY_FILE, RTLD_NOW);
	((void (*)(void))dlsym(library, "keep"))();
	clear();
	return 0;
}
#endif
