/* The process ends on a coroutine's stack, mapped, within main: both stacks hold a block.
 * truth: reachable 2 blocks 99 bytes */
#include "../verdicts.h"

#include <sys/mman.h>
#include <ucontext.h>

enum { SIZE = 128 << 10 };
static ucontext_t main_context, context;
static void (*volatile leave)(int) = exit;

static void run(void)
{
	void *volatile kept = made(55);
	clear();
	leave(0);
	free(kept);
}

int main(void)
{
	void *volatile kept = made(44);
	getcontext(&context);
	context.uc_stack.ss_size = SIZE;
	context.uc_stack.ss_sp =
		mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	context.uc_link = NULL;
	makecontext(&context, run, 0);
	swapcontext(&main_context, &context);
	free(kept);
	return 0;
}
