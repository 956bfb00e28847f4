/* Nodes know each other by 32-bit offsets from a base: no word is an address but the base.
 * truth: definite 4 blocks 64 bytes; reachable 1 block 16 bytes */
#include "../verdicts.h"

static char *base;

APART static void make(void)
{
	int *last = made(16);
	base = (char *)last;
	for (int i = 0; i < 4; i++) {
		int *n = made(16);
		last[1] = (int)((char *)n - base);
		last = n;
	}
	escape(&base);
}

int main(void)
{
	make();
	clear();
	return 0;
}
