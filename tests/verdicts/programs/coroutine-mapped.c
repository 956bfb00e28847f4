/* A coroutine on a mapped stack stands still, and holds a block there.
 * truth: reachable 1 block 55 bytes */
#include "../verdicts.h"

#include <ucontext.h>
#include <sys/mman.h>

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
	context.uc_stack.ss_sp =
		mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
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
