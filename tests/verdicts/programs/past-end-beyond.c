/* A pointer two past the end of an array of bytes points to nothing.
 * truth: definite 1 block 40 bytes */
#include "../verdicts.h"

static char *beyond;

APART static void make(void)
{
	beyond = (char *)made(40) + 41;
	escape(&beyond);
}

int main(void)
{
	make();
	clear();
	return 0;
}
