/* A thread waits in a signal handler on its alternate stack, malloc'd, and holds a block there;
 * and one on its own stack, where the signal came.
 * truth: reachable 3 blocks 131105 bytes */
#include "../verdicts.h"

#include <signal.h>

static void handler(int signal)
{
	void *volatile kept = made(11);
	(void)signal;
	ready();
	for (;;)
		pause();
	free(kept);
}

APART static void prepare(void)
{
	stack_t stack = {.ss_size = 128 << 10, .ss_sp = made(128 << 10)};
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
	if (sigaltstack(&stack, NULL) || sigaction(SIGUSR1, &action, NULL))
		abort();
}

static void *holds(void *unused)
{
	void *volatile kept = made(22);
	prepare();
	clear();
	raise(SIGUSR1);
	free(kept);
	return unused;
}

int main(void)
{
	start(holds, NULL);
	return 0;
}
