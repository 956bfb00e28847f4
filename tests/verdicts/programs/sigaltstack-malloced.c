/* As sigaltstack.c, on a malloc'd stack, whose address only the kernel keeps.
 * truth: reachable 3 blocks 131105 bytes */
#include "../verdicts.h"

#include <signal.h>

static void (*volatile leave)(int) = exit;

static void handler(int signal)
{
	void *volatile kept = made(11);
	(void)signal;
	clear();
	leave(0);
	free(kept);
}

APART static void prepare(void)
{
	stack_t stack = {.ss_size = 128 << 10, .ss_sp = made(128 << 10)};
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
	if (sigaltstack(&stack, NULL) || sigaction(SIGUSR1, &action, NULL))
		abort();
}

int main(void)
{
	void *volatile kept = made(22);
	prepare();
	clear();
	raise(SIGUSR1);
	free(kept);
	return 0;
}
