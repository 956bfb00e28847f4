/* The process ends on a coroutine's malloc'd stack, within main: both stacks hold a block.
 * truth: reachable 3 blocks 131171 bytes */
#include "../verdicts.h"

#include <ucontext.h>

enum { SIZE = 128 << 10 };
static ucontext_t main_context;
static void (*volatile leave)(int) = exit;

static void run(void)
{
	void *volatile kept = made(55);
	clear();
	leave(0);
	free(kept);
}

APART static void go(void)
{
	ucontext_t context;
	getcontext(&context);
	context.uc_stack.ss_size = SIZE;
	context.uc_stack.ss_sp = made(SIZE);
	context.uc_link = NULL;
	makecontext(&context, run, 0);
	swapcontext(&main_context, &context);
}

int main(void)
{
	void *volatile kept = made(44);
	go();
	free(kept);
	return 0;
}
