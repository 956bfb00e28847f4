/* A coroutine on a malloc'd stack stands still, and holds a block there.
 * truth: reachable 2 blocks 65591 bytes */
#include "../verdicts.h"

#include <ucontext.h>

enum { SIZE = 64 << 10 };
static ucontext_t main_context, context;

static void run(void)
{
	void *volatile kept = made(55);
	clear();
	swapcontext(&context, &main_context);
	free(kept);
}

APART static void begin(void)
{
	getcontext(&context);
	context.uc_stack.ss_size = SIZE;
	context.uc_stack.ss_sp = made(SIZE);
	context.uc_link = NULL;
	makecontext(&context, run, 0);
	swapcontext(&main_context, &context);
}

int main(void)
{
	begin();
	clear();
	return 0;
}
