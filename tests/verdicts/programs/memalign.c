/* Aligned blocks of every kind: one of each is lost, one of each kept.
 * truth: definite 5 blocks 3500 bytes; reachable 5 blocks 3500 bytes */
#include "../verdicts.h"

#include <malloc.h>

static void *kept[5];

APART static void make(void **p)
{
	if (posix_memalign(&p[0], 256, 300))
		abort();
	p[1] = aligned_alloc(1024, 2048);
	p[2] = memalign(4096, 52);
	p[3] = valloc(500);
	p[4] = memalign(32, 600);
	for (int i = 0; i < 5; i++)
		memset(escape(p[i]), 0, 52);
}

APART static void lose(void)
{
	void *p[5];
	make(p);
	escape(p);
}

int main(void)
{
	make(kept);
	lose();
	clear();
	escape(kept);
	return 0;
}
