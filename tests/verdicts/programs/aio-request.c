/* A request under way: its control block and what that leads to are known to the C library alone.
 * truth: reachable 3 blocks 1341 bytes */
#include "../verdicts.h"

#include <aio.h>
#include <signal.h>

APART static void read_later(int fd)
{
	struct aiocb *a = made(301);
	a->aio_fildes = fd;
	a->aio_buf = made(1000);
	a->aio_nbytes = 1000;
	a->aio_sigevent.sigev_notify = SIGEV_SIGNAL;
	a->aio_sigevent.sigev_signo = SIGUSR1;
	a->aio_sigevent.sigev_value.sival_ptr = made(40);
	if (aio_read(a))
		abort();
}

int main(void)
{
	int fd[2];
	if (pipe(fd))
		abort();
	read_later(fd[0]);
	clear();
	return 0;
}
