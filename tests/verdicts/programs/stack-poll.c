/* Threads wait in poll, select, sem_wait, sigwait and accept, and hold a block each in a variable.
 * truth: reachable 5 blocks 355 bytes */
#include "../verdicts.h"

#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>

static sem_t sem;

static void wait_in(long how)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX}; /* a name of the kernel's choice */
	sigset_t set;
	int fd;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	switch (how) {
	case 0:
		poll(NULL, 0, -1);
		break;
	case 1:
		select(0, NULL, NULL, NULL, NULL);
		break;
	case 2:
		sem_wait(&sem);
		break;
	case 3:
		sigwait(&set, &fd);
		break;
	default:
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		bind(fd, (struct sockaddr *)&address, sizeof(address.sun_family));
		listen(fd, 1);
		accept(fd, NULL, NULL);
	}
}

static void *holds(void *how)
{
	void *volatile kept = made(71);
	ready();
	wait_in((long)how);
	free(kept);
	return NULL;
}

int main(void)
{
	for (long i = 0; i < 5; i++)
		start(holds, (void *)i);
	return 0;
}
