/* Of two pointers to a block one is to its start, and stands in another block.
 * truth: reachable 2 blocks 148 bytes */
#include "../verdicts.h"

static char *inside;
static void **holder;

APART static void make(void)
{
	char *p = made(100);
	inside = p + 16;
	holder = made(48);
	holder[5] = p;
	escape(&inside);
	escape(&holder);
}

int main(void)
{
	make();
	clear();
	return 0;
}
