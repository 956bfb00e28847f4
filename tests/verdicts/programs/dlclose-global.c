/* As dlopen-global.c, but the library has been closed, and its variables are gone.
 * truth: definite 1 block 40 bytes; indirect 1 block 50 bytes */
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
	dlclose(library);
	clear();
	return 0;
}
#endif
