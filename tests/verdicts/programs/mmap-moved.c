/* Mapped memory that holds a block has grown and moved.
 * truth: reachable 1 block 64 bytes */
#include "../verdicts.h"

#include <sys/mman.h>

APART static void make(void)
{
	void **p = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		abort();
	p[100] = made(64);
	p = mremap(p, 65536, 64 << 20, MREMAP_MAYMOVE);
	if (p == MAP_FAILED)
		abort();
}

int main(void)
{
	make();
	clear();
	return 0;
}
