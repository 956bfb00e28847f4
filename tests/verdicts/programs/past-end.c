/* A pointer one past the end is all that is left of a block, no other block begins there.
 * truth: possible 1 block 40 bytes */
#include "../verdicts.h"

static char *end;

APART static void make(void)
{
	end = (char *)made(40) + 40;
	escape(&end);
}

int main(void)
{
	make();
	clear();
	return 0;
}
