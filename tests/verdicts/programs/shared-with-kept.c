/* A lost block points to one that a static variable holds too, and to one of its own.
 * truth: definite 1 block 24 bytes; indirect 1 block 60 bytes; reachable 1 block 70 bytes */
#include "../verdicts.h"

static void *kept;

APART static void lose(void)
{
	void **a = made(24);
	a[0] = kept = made(70);
	a[1] = made(60);
	escape(a);
	escape(&kept);
}

int main(void)
{
	lose();
	clear();
	return 0;
}
