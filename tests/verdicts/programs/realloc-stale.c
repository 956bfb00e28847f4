/* A static variable still holds where a block was before it grew and moved.
 * truth: definite 1 block 50000 bytes; reachable 1 block 16 bytes */
#include "../verdicts.h"

static void *stale, *wall;

APART static void grow(void)
{
	stale = made(100);
	wall = made(16);
	escape(realloc(escape(stale), 50000));
	escape(&stale);
	escape(&wall);
}

int main(void)
{
	grow();
	clear();
	return 0;
}
