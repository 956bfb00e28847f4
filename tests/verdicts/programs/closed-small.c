/* Pages amid small blocks have been closed to all access. A kept block reaches over them.
 * truth: definite 1 block 60 bytes; reachable 3 blocks 20030 bytes */
#include "../verdicts.h"

#include <stdint.h>
#include <sys/mman.h>

static char *kept;

APART static void make(void)
{
	kept = made(20000);
	*(void **)kept = made(14);
	*(void **)(kept + 19992) = made(16);
	escape(&kept);
	made(60);
	if (mprotect((char *)(((uintptr_t)kept + 8191) & ~(uintptr_t)4095), 4096, PROT_NONE))
		abort();
}

int main(void)
{
	make();
	clear();
	return 0;
}
