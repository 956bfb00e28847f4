/* As freed-holder.c, but the holder had a mapping of its own, which is gone.
 * truth: definite 1 block 50 bytes */
#include "../verdicts.h"

static void **dangling;

APART static void lose(void)
{
	dangling = made(1 << 20);
	dangling[5] = made(50);
	free(escape(dangling));
}

int main(void)
{
	lose();
	clear();
	escape(&dangling);
	return 0;
}
