/* A thread ends the process, while main waits for it and holds a block.
 * truth: reachable 2 blocks 89 bytes */
#include "../verdicts.h"

static void (*volatile leave)(int) = exit;

static void *ends(void *unused)
{
	void *volatile kept = made(45);
	leave(0);
	free(kept);
	return unused;
}

int main(void)
{
	pthread_t thread;
	void *volatile kept = made(44);
	if (pthread_create(&thread, NULL, ends, NULL) || pthread_join(thread, NULL))
		abort();
	free(kept);
	return 0;
}
