/* A hundred threads wait for a lock; each holds a block on its stack and one by a thread-local
 * variable, and has lost one.
 * truth: definite 100 blocks 3000 bytes; reachable 200 blocks 6300 bytes */
#include "../verdicts.h"

static __thread void *local;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

APART static void lose(void)
{
	made(30);
}

static void *holds(void *unused)
{
	void *volatile kept = made(31);
	local = made(32);
	escape(&local);
	lose();
	ready();
	pthread_mutex_lock(&lock);
	free(kept);
	return unused;
}

int main(void)
{
	pthread_t thread;
	char c;
	pthread_mutex_lock(&lock);
	if (pipe(verdicts_ready))
		abort();
	for (int i = 0; i < 100; i++)
		if (pthread_create(&thread, NULL, holds, NULL) ||
			read(verdicts_ready[0], &c, 1) != 1)
			abort();
	clear();
	return 0;
}
