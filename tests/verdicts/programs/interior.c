/* A static variable points 16 bytes into a block, which alone points to another.
 * truth: possible 2 blocks 150 bytes */
#include "../verdicts.h"

static char *inside;

APART static void make(void)
{
	void **p = made(100);
	p[0] = made(50);
	inside = (char *)p + 16;
	escape(&inside);
}

int main(void)
{
	make();
	clear();
	return 0;
}
