/* A thread waits for a condition; its block is held by a variable on its stack.
 * truth: reachable 1 block 77 bytes */
#include "../verdicts.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;

static void *holds(void *unused)
{
	void *volatile kept = made(77);
	(void)unused;
	ready();
	pthread_mutex_lock(&lock);
	for (;;)
		pthread_cond_wait(&condition, &lock);
	free(kept);
	return NULL;
}

int main(void)
{
	start(holds, NULL);
	return 0;
}
