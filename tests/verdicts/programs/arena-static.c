/* A pool in static memory, and constant tables that hold no block.
 * truth: definite 1 block 44 bytes; reachable 8 blocks 344 bytes */
#include "../verdicts.h"

static struct object {
	long kind;
	void *value;
} pool[1000];
static void **const table[2] = {&pool[3].value, &pool[4].value};

APART static void fill(void)
{
	for (int i = 0; i < 8; i++)
		pool[100 * i].value = made(43);
	*table[0] = made(44);
	*table[0] = NULL;
	escape(pool);
}

int main(void)
{
	fill();
	clear();
	return 0;
}
