/* A block begins with its length, less these eight bytes; pointers are to what follows (sqlite
 * does so).
 * truth: reachable 1 block 72 bytes */
#include "../verdicts.h"

static char *text;

APART static void make(void)
{
	long *p = made(72);
	*p = 64;
	text = (char *)(p + 1);
	escape(&text);
}

int main(void)
{
	make();
	clear();
	return 0;
}
