/* Memory that the program has from sbrk itself, amid the C library's, holds a block.
 * truth: reachable 2 blocks 128 bytes */
#include "../verdicts.h"

APART static void make(void)
{
	void **p;
	free(made(64)); /* malloc has begun */
	p = sbrk(65536);
	if (p == (void *)-1)
		abort();
	p[100] = made(64);
	free(made(120000)); /* malloc goes on behind it */
	p[200] = made(64);
}

int main(void)
{
	make();
	clear();
	return 0;
}
