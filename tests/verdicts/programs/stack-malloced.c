/* A thread on a stack in a malloc'd block waits, and holds a block there. The stack is in use,
 * whatever still points to its beginning.
 * truth: reachable 2 blocks 262221 bytes */
#include "../verdicts.h"

static void *holds(void *unused)
{
	void *volatile kept = made(77);
	(void)unused;
	ready();
	for (;;)
		pause();
	free(kept);
}

APART static void begin(void)
{
	size_t size = 256 << 10;
	void *stack = made(size);
	pthread_attr_t attr;
	pthread_t thread;
	char c;
	if (pipe(verdicts_ready) || pthread_attr_init(&attr) ||
		pthread_attr_setstack(&attr, stack, size) ||
		pthread_create(&thread, &attr, holds, NULL) || read(verdicts_ready[0], &c, 1) != 1)
		abort();
	pthread_attr_destroy(&attr);
}

int main(void)
{
	begin();
	clear();
	return 0;
}
