/* A mapping of a gigabyte, of which one page is used, holds a block; another mapping,
 * MAP_NORESERVE, as well.
 * truth: reachable 2 blocks 129 bytes */
#include "../verdicts.h"

#include <sys/mman.h>

APART static void make(void)
{
	enum { FLAGS = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE };
	void **p = mmap(NULL, 1 << 30, PROT_READ | PROT_WRITE, FLAGS, -1, 0);
	void **q = mmap(NULL, 1 << 30, PROT_READ | PROT_WRITE, FLAGS, -1, 0);
	if (p == MAP_FAILED || q == MAP_FAILED)
		abort();
	q[100000000] = made(65);
	p[100] = made(64);
}

int main(void)
{
	make();
	clear();
	return 0;
}
