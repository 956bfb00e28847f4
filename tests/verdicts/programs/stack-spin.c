/* A thread computes; its block is held by a variable on its stack.
 * truth: reachable 1 block 77 bytes */
#include "../verdicts.h"

static void *holds(void *unused)
{
	void *volatile kept = made(77);
	(void)unused;
	ready();
	for (;;)
		escape(NULL);
	free(kept);
	return NULL;
}

int main(void)
{
	start(holds, NULL);
	return 0;
}
