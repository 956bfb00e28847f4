/* A thread waits on a coroutine's stack, mapped: a block is held there, and one on the thread's
 * own stack, which it will come back to.
 * truth: reachable 2 blocks 99 bytes */
#include "../verdicts.h"

#include <sys/mman.h>
#include <ucontext.h>

enum { SIZE = 128 << 10 };
static ucontext_t back, context;

static void run(void)
{
	void *volatile kept = made(55);
	ready();
	pause();
	free(kept);
}

static void *holds(void *unused)
{
	void *volatile kept = made(44);
	getcontext(&context);
	context.uc_stack.ss_size = SIZE;
	context.uc_stack.ss_sp =
		mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	context.uc_link = &back;
	makecontext(&context, run, 0);
	swapcontext(&back, &context);
	free(kept);
	return unused;
}

int main(void)
{
	start(holds, NULL);
	return 0;
}
