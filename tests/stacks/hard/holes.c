/* A program whose segments lie far apart, as linkers lay them out for large pages: the loader knows
 * it in parts, and the tables are in another part than the code. */
#include "tests/stacks/hard/hard.h"

void *volatile kept;

// stack 79001: inner outer main
static FRAME void inner(int n)
{
	volatile char room[n];
	room[0] = 1;
	ALLOCATE(79001);
	room[n - 1] = room[0];
}
static FRAME void outer(int n)
{
	inner(n);
	NOT_LAST();
}

int main(int argc, char **argv)
{
	(void)argv;
	outer(argc * 100);
	return 0;
}
