/* A block that has shrunk is lost. What it held behind its new end is lost as well, by itself.
 * truth: definite 2 blocks 25 bytes */
#include "../verdicts.h"

APART static void shrink(void)
{
	void **p = made(1000);
	p[50] = made(15);
	escape(realloc(p, 10));
}

int main(void)
{
	shrink();
	clear();
	return 0;
}
