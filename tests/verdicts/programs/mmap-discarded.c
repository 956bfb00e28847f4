/* A mapping that held three blocks: one part has been given back to the kernel (MADV_DONTNEED),
 * one has been mapped anew, one is as it was.
 * truth: definite 2 blocks 123 bytes; reachable 1 block 63 bytes */
#include "../verdicts.h"

#include <sys/mman.h>

APART static void make(void)
{
	char *p = mmap(NULL, 3 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		abort();
	for (int i = 0; i < 3; i++)
		*(void **)(p + (i << 16) + 800) = made(61 + (size_t)i);
	if (madvise(p, 1 << 16, MADV_DONTNEED) ||
		mmap(p + (1 << 16), 1 << 16, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
		abort();
}

int main(void)
{
	make();
	clear();
	return 0;
}
