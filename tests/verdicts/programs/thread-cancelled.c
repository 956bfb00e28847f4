/* A thread is cancelled. What its handler frees is freed, what it has forgotten is lost.
 * truth: definite 1 block 61 bytes */
#include "../verdicts.h"

static void *waits(void *unused)
{
	pthread_cleanup_push(free, made(60));
	made(61);
	ready();
	for (;;)
		pause();
	pthread_cleanup_pop(1);
	return unused;
}

int main(void)
{
	pthread_t thread;
	char c;
	if (pipe(verdicts_ready) || pthread_create(&thread, NULL, waits, NULL) ||
		read(verdicts_ready[0], &c, 1) != 1 || pthread_cancel(thread) ||
		pthread_join(thread, NULL))
		abort();
	clear();
	return 0;
}
