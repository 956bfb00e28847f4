/* Only the kernel knows two blocks: in the data of descriptors that an epoll watches. A third went
 * with its descriptor.
 * truth: definite 1 block 42 bytes; reachable 2 blocks 81 bytes */
#include "../verdicts.h"

#include <sys/epoll.h>

APART static void watch(int epoll, int fd, size_t size)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = made(size)};
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		abort();
}

int main(void)
{
	int epoll = epoll_create1(0), fd[2], other[2];
	if (pipe(fd) || pipe(other))
		abort();
	watch(epoll, fd[0], 40);
	watch(epoll, fd[1], 41);
	watch(epoll, other[0], 42);
	epoll_ctl(epoll, EPOLL_CTL_DEL, other[0], NULL);
	clear();
	return 0;
}
