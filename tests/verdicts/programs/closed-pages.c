/* A large block whose middle has been closed to all access holds blocks on both sides of it; it is
 * lost.
 * truth: definite 1 block 400000 bytes; indirect 2 blocks 101 bytes */
#include "../verdicts.h"

#include <stdint.h>
#include <sys/mman.h>

APART static void lose(void)
{
	char *p = made(400000), *middle = (char *)(((uintptr_t)p + 200000) & ~(uintptr_t)4095);
	*(void **)(p + 1600) = made(50);
	*(void **)(p + 399992) = made(51);
	if (mprotect(middle, 8 * 4096, PROT_NONE))
		abort();
}

int main(void)
{
	lose();
	clear();
	return 0;
}
