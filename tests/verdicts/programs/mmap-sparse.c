/* Of a mapping of 64 GiB three pages were ever written, and of a block of 3 GiB one: pointers stand
 * there, far apart.
 * truth: definite 1 block 65 bytes; reachable 5 blocks 3221225730 bytes */
#include "../verdicts.h"
#include <sys/mman.h>

char *volatile block;

int main(void)
{
	size_t size = (size_t)64 << 30;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		abort();
	*(void **)(p + 8) = made(62);
	*(void **)(p + size / 2) = made(63);
	*(void **)(p + size - 8) = made(64);
	block = malloc((size_t)3 << 30);
	if (!block)
		abort();
	*(void **)(block + ((size_t)1 << 30)) = made(69);
	*(void **)(p + size / 4) = made(65);
	*(void **)(p + size / 4) = NULL;
	clear();
	return 0;
}
