/* An allocator of the program's own in a mapping: its objects hold blocks. Where objects begin
 * nobody knows; one that it has taken back still has its pointer, and so holds its block.
 * truth: reachable 10 blocks 400 bytes */
#include "../verdicts.h"

#include <sys/mman.h>

APART static void fill(void)
{
	char *arena =
		mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (arena == MAP_FAILED)
		abort();
	for (int i = 0; i < 10; i++)
		*(void **)(arena + 1000 * i + 24) = made(40);
}

int main(void)
{
	fill();
	clear();
	return 0;
}
