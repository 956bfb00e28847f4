/* A thread waits in epoll_wait; its block is held by a variable on its stack.
 * truth: reachable 1 block 77 bytes */
#include "../verdicts.h"

#include <sys/epoll.h>

static void *holds(void *unused)
{
	void *volatile kept = made(77);
	(void)unused;
	ready();
	struct epoll_event event;
	int fd = epoll_create1(0);
	for (;;)
		epoll_wait(fd, &event, 1, -1);
	free(kept);
	return NULL;
}

int main(void)
{
	start(holds, NULL);
	return 0;
}
