/* A coroutine on a malloc'd stack, which held a block there, is forgotten.
 * truth: definite 1 block 65536 bytes; indirect 1 block 55 bytes */
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
	memset(&context, 0, sizeof(context));
	memset(&main_context, 0, sizeof(main_context));
	escape(&context);
	escape(&main_context);
}

int main(void)
{
	begin();
	clear();
	return 0;
}
