/* A block that has grown and moved is lost, with what it held; and one is kept.
 * truth: definite 1 block 5000 bytes; indirect 1 block 30 bytes; reachable 1 block 70000 bytes */
#include "../verdicts.h"

static void *kept;

APART static void grow(void)
{
	void **p = made(100), *wall = made(16);
	p[4] = made(30);
	p = escape(realloc(p, 5000));
	kept = made(10);
	free(escape(wall));
	kept = escape(realloc(kept, 70000));
	memset(p + 5, 0, 4960);
	memset(kept, 0, 70000);
	escape(&kept);
}

int main(void)
{
	grow();
	clear();
	return 0;
}
