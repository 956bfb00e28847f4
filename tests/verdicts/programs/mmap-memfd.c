/* A file in memory, mapped privately from its second page on, holds a block's address.
 * truth: reachable 1 block 64 bytes */
#include "../verdicts.h"

#include <sys/mman.h>

APART static void make(void)
{
	int fd = memfd_create("verdicts", 0);
	if (fd < 0 || ftruncate(fd, 65536))
		abort();
	void **p = mmap(NULL, 32768, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 4096);
	if (p == MAP_FAILED)
		abort();
	p[100] = made(64);
}

int main(void)
{
	make();
	clear();
	return 0;
}
