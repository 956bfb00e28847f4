/* A thread-local variable of a thread that waits, and of one that has ended and left its block
 * behind.
 * truth: definite 1 block 61 bytes; reachable 1 block 60 bytes */
#include "../verdicts.h"

static __thread void *local;

static void *waits(void *unused)
{
	local = made(60);
	escape(&local);
	ready();
	for (;;)
		pause();
	return unused;
}

static void *ends(void *unused)
{
	local = made(61);
	escape(&local);
	return unused;
}

int main(void)
{
	pthread_t thread;
	start(waits, NULL);
	if (pthread_create(&thread, NULL, ends, NULL) || pthread_join(thread, NULL))
		abort();
	clear();
	return 0;
}
