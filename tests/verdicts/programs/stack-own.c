/* A thread on a stack that the program has mapped waits, and holds a block there.
 * truth: reachable 1 block 77 bytes */
#include "../verdicts.h"

#include <sys/mman.h>

static void *holds(void *unused)
{
	void *volatile kept = made(77);
	(void)unused;
	ready();
	for (;;)
		pause();
	free(kept);
}

int main(void)
{
	size_t size = 256 << 10;
	void *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_attr_t attr;
	pthread_t thread;
	char c;
	if (stack == MAP_FAILED || pipe(verdicts_ready) || pthread_attr_init(&attr) ||
		pthread_attr_setstack(&attr, stack, size) ||
		pthread_create(&thread, &attr, holds, NULL) || read(verdicts_ready[0], &c, 1) != 1)
		abort();
	return 0;
}
