/* A thread waits for another to end, which waits for a lock; both hold blocks on their stacks.
 * truth: reachable 2 blocks 155 bytes */
#include "../verdicts.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *holds(void *unused)
{
	void *volatile kept = made(77);
	(void)unused;
	ready();
	pthread_mutex_lock(&lock);
	free(kept);
	return NULL;
}

static void *joins(void *unused)
{
	pthread_t thread;
	void *volatile kept = made(78);
	(void)unused;
	if (pthread_create(&thread, NULL, holds, NULL))
		abort();
	pthread_join(thread, NULL);
	free(kept);
	return NULL;
}

int main(void)
{
	pthread_mutex_lock(&lock);
	start(joins, NULL);
	return 0;
}
