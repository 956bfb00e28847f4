/* A file, mapped for sharing, holds a block's address.
 * truth: reachable 1 block 64 bytes */
#include "../verdicts.h"

#include <sys/mman.h>

APART static void make(void)
{
	char name[] = "/tmp/verdicts.XXXXXX";
	int fd = mkstemp(name);
	if (fd < 0 || unlink(name) || ftruncate(fd, 65536))
		abort();
	void **p = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
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
