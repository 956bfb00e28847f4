/* Blocks with mappings of their own have grown by realloc, and moved (mremap): one is lost with
 * what it holds, one kept.
 * truth: definite 1 block 50331648 bytes; indirect 1 block 41 bytes; reachable 2 blocks 50331690
 * bytes */
#include "../verdicts.h"

static void **kept;

APART static void *grown(size_t child)
{
	void **p = made(1 << 20);
	p[100] = made(child);
	return escape(realloc(p, 48 << 20));
}

APART static void make(void)
{
	escape(grown(41));
	kept = grown(42);
	escape(&kept);
}

int main(void)
{
	make();
	clear();
	return 0;
}
