/* A structure is freed and its member is not. What was freed still has the pointer in it, in a
 * place that tcache does not overwrite, and is held by a static variable.
 * truth: definite 1 block 50 bytes */
#include "../verdicts.h"

static void **dangling;

APART static void lose(void)
{
	dangling = made(100);
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
