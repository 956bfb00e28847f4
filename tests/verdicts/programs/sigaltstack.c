/* The process ends in a signal handler on an alternate stack, mapped. The handler's frame, and
 * main's, which it has interrupted, hold a block each.
 * truth: reachable 2 blocks 33 bytes */
#include "../verdicts.h"

#include <signal.h>
#include <sys/mman.h>

static void (*volatile leave)(int) = exit;

static void handler(int signal)
{
	void *volatile kept = made(11);
	(void)signal;
	clear();
	leave(0);
	free(kept);
}

int main(void)
{
	stack_t stack = {.ss_size = 128 << 10};
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
	void *volatile kept = made(22);
	stack.ss_sp = mmap(
		NULL, stack.ss_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, NULL) ||
		sigaction(SIGUSR1, &action, NULL))
		abort();
	raise(SIGUSR1);
	free(kept);
	return 0;
}
