/* A thread waits in read; its block is held by a variable on its stack.
 * truth: reachable 1 block 77 bytes */
#include "../verdicts.h"

static void *holds(void *unused)
{
	void *volatile kept = made(77);
	(void)unused;
	ready();
	int fd[2];
	char c;
	if (pipe(fd) || read(fd[0], &c, 1) != 1)
		abort();
	free(kept);
	return NULL;
}

int main(void)
{
	start(holds, NULL);
	return 0;
}
