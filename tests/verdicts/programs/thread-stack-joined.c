/* A thread has ended that ran on a malloc'd stack: the stack is lost, with what it still holds.
 * One that is kept holds nothing alive but as any block does.
 * truth: definite 1 block 262144 bytes; indirect 1 block 77 bytes; reachable 2 blocks 262221
 * bytes */
#include "../verdicts.h"

enum { SIZE = 256 << 10 };
static void *stack;

static void *ends(void *unused)
{
	void *volatile held[100];
	for (int i = 0; i < 100; i++)
		held[i] = NULL;
	held[50] = made(77);
	escape((void *)held);
	return unused;
}

APART static void run(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	stack = made(SIZE);
	if (pthread_attr_init(&attr) || pthread_attr_setstack(&attr, stack, SIZE) ||
		pthread_create(&thread, &attr, ends, NULL) || pthread_join(thread, NULL))
		abort();
	pthread_attr_destroy(&attr);
}

int main(void)
{
	run();
	run();
	clear();
	escape(&stack);
	return 0;
}
