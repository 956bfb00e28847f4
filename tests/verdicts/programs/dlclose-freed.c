/* A closed library that frees in a destructor what it held.
 * truth: none */
#include "../verdicts.h"

#ifdef LIBRARY
static void *kept;

void keep(void)
{
	kept = made(40);
	escape(&kept);
}

__attribute__((destructor)) static void give_back(void)
{
	free(kept);
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
