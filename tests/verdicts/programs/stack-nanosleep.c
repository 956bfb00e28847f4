/* A thread sleeps; its block is held by a variable on its stack.
 * truth: reachable 1 block 77 bytes */
#include "../verdicts.h"

static void *holds(void *unused)
{
	void *volatile kept = made(77);
	(void)unused;
	ready();
	struct timespec long_time = {.tv_sec = 1000};
	nanosleep(&long_time, NULL);
	free(kept);
	return NULL;
}

int main(void)
{
	start(holds, NULL);
	return 0;
}
