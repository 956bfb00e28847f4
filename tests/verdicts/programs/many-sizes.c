/* Blocks of 1000 sizes, of which each tenth is forgotten, and each tenth of the rest freed.
 * truth: definite 100 blocks 49500 bytes; reachable 810 blocks 404910 bytes */
#include "../verdicts.h"

static void *kept[1000];

APART static void make(void)
{
	for (int i = 0; i < 1000; i++)
		kept[i] = made((size_t)i);
	for (int i = 0; i < 1000; i++)
		if (i % 10 == 0)
			kept[i] = NULL;
		else if (i % 10 == 5 && i % 100 != 55) {
			free(kept[i]);
			kept[i] = NULL;
		}
	escape(kept);
}

int main(void)
{
	make();
	clear();
	return 0;
}
