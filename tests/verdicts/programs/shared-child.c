/* Two lost blocks point to the same third.
 * truth: definite 2 blocks 48 bytes; indirect 1 block 70 bytes */
#include "../verdicts.h"

APART static void lose(void)
{
	void **a = made(24), **b = made(24);
	a[1] = b[2] = made(70);
	escape(a);
	escape(b);
}

int main(void)
{
	lose();
	clear();
	return 0;
}
