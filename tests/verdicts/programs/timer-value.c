/* Only the kernel knows a block: in the value that a timer will send. Another went with its timer.
 * truth: definite 1 block 42 bytes; reachable 1 block 40 bytes */
#include "../verdicts.h"

#include <signal.h>

APART static timer_t set(size_t size)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
	timer_t timer;
	event.sigev_value.sival_ptr = made(size);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer))
		abort();
	return timer;
}

int main(void)
{
	set(40);
	timer_delete(set(42));
	clear();
	return 0;
}
