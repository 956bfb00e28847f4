/* A thread-local variable of main's, in the program's own storage.
 * truth: reachable 2 blocks 100 bytes */
#include "../verdicts.h"

static __thread void **local;

APART static void make(void)
{
	local = made(60);
	local[2] = made(40);
	escape(&local);
}

int main(void)
{
	make();
	clear();
	return 0;
}
