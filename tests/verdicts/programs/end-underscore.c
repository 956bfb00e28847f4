/* The process ends by _exit in a function that main has called.
 * truth: reachable 1 block 44 bytes */
#include "../verdicts.h"

static void (*volatile leave)(int) = _exit;

APART static void nested(void)
{
	clear();
	leave(0);
	clear();
}

int main(void)
{
	void *volatile kept = made(44);
	nested();
	free(kept);
	return 0;
}
