/* Only the kernel knows two blocks: in the values of signals that wait, for the process and for a
 * thread. Another came with a signal that has been taken.
 * truth: definite 1 block 42 bytes; reachable 2 blocks 81 bytes */
#include "../verdicts.h"

#include <pthread.h>
#include <signal.h>

APART static void queue(int signo, size_t size, int to_thread)
{
	union sigval value = {.sival_ptr = made(size)};
	if (to_thread ? pthread_sigqueue(pthread_self(), signo, value)
		      : sigqueue(getpid(), signo, value))
		abort();
}

APART static void take(int signo)
{
	sigset_t set;
	siginfo_t info;
	sigemptyset(&set);
	sigaddset(&set, signo);
	sigwaitinfo(&set, &info);
	memset(&info, 0, sizeof(info));
}

int main(void)
{
	sigset_t set;
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	queue(SIGRTMIN + 1, 40, 0);
	queue(SIGRTMIN + 2, 41, 1);
	queue(SIGRTMIN + 3, 42, 0);
	take(SIGRTMIN + 3);
	clear();
	return 0;
}
