/* An alternate stack for signals, malloc'd, that nobody runs on: only the kernel keeps its
 * address.
 * truth: reachable 1 block 131072 bytes */
#include "../verdicts.h"

#include <signal.h>

APART static void prepare(void)
{
	stack_t stack = {.ss_size = 128 << 10, .ss_sp = made(128 << 10)};
	if (sigaltstack(&stack, NULL))
		abort();
}

int main(void)
{
	prepare();
	clear();
	return 0;
}
