/* Blocks with mappings of their own: one is lost with what stands at its end, one is kept, one is
 * seen from inside.
 * truth: definite 1 block 67108864 bytes; indirect 1 block 41 bytes; possible 2 blocks 33554475
 * bytes; reachable 2 blocks 16777258 bytes */
#include "../verdicts.h"

enum { M = 1 << 20 };
static void **kept, **inside;

APART static void *block(size_t size, size_t child)
{
	void **p = made(size);
	p[size / 8 - 1] = made(child);
	return p;
}

APART static void make(void)
{
	escape(block(64 * M, 41));
	kept = block(16 * M, 42);
	inside = (void **)block(32 * M, 43) + M;
	escape(&kept);
	escape(&inside);
}

int main(void)
{
	make();
	clear();
	return 0;
}
