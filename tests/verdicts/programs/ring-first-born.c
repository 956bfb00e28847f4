/* A ring of three sizes, closed so that the first allocated comes neither first by address nor in
 * the order of the pointers: it is the one that is definite.
 * truth: definite 1 block 1000 bytes; indirect 2 blocks 48 bytes */
#include "../verdicts.h"

APART static void lose(void)
{
	void *low1 = made(32), *low2 = made(16);
	void **first = made(1000);
	free(low1); /* given again, in front of it */
	free(low2);
	void **second = made(16), **third = made(32);
	second[0] = third;
	third[0] = first;
	first[0] = second;
	escape(first);
}

int main(void)
{
	lose();
	clear();
	return 0;
}
