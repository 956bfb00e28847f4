/* Blocks aligned to 2 MiB, larger than that, amid a mapping of malloc's.
 * truth: definite 1 block 4194304 bytes; indirect 1 block 41 bytes; reachable 2 blocks 4194346
 * bytes */
#include "../verdicts.h"

static void **kept;

APART static void *block(size_t child)
{
	void *p;
	if (posix_memalign(&p, 2 << 20, 4 << 20))
		abort();
	memset(p, 0, 4 << 20);
	((void **)p)[100000] = made(child);
	return escape(p);
}

APART static void make(void)
{
	block(41);
	kept = block(42);
	escape(&kept);
}

int main(void)
{
	make();
	clear();
	return 0;
}
