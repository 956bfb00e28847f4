/* A thread calls exit, after a callee has filled its stack with a pointer. Its own variable is
 * alive.
 * truth: definite 1 block 44 bytes; reachable 1 block 45 bytes */
#include "../verdicts.h"

static void (*volatile leave)(int) = exit;

APART static void leave_behind(void)
{
	void *volatile deep[2000];
	void *p = made(44);
	for (int i = 0; i < 2000; i++)
		deep[i] = p;
	escape((void *)deep);
}

static void *ends(void *unused)
{
	void *volatile kept = made(45);
	leave_behind();
	leave(0);
	free(kept);
	return unused;
}

int main(void)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, ends, NULL) || pthread_join(thread, NULL))
		abort();
	return 0;
}
