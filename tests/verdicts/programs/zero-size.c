/* Blocks of no size: three are lost, two are kept.
 * truth: definite 3 blocks 0 bytes; reachable 2 blocks 0 bytes */
#include "../verdicts.h"

static void *kept[2];
static volatile size_t none;

APART static void make(void)
{
	for (int i = 0; i < 3; i++)
		escape(malloc(none));
	kept[0] = escape(malloc(none));
	kept[1] = escape(calloc(10, none));
	escape(kept);
}

int main(void)
{
	make();
	clear();
	return 0;
}
