/* A block that points to itself, and one that points into itself.
 * truth: definite 2 blocks 64 bytes */
#include "../verdicts.h"

APART static void lose(void)
{
	void **a = made(32), **b = made(32);
	a[0] = a;
	b[0] = b + 2;
	escape(a);
	escape(b);
}

int main(void)
{
	lose();
	clear();
	return 0;
}
