/* A detached thread has ended, and nobody has its argument any more. One runs on and has its own.
 * truth: definite 1 block 62 bytes; reachable 1 block 61 bytes */
#include "../verdicts.h"

static void *waits(void *arg)
{
	void *volatile mine = arg;
	ready();
	for (;;)
		pause();
	free(mine);
}

static void *ends(void *arg)
{
	void *volatile mine = arg;
	ready();
	escape(mine);
	return NULL;
}

APART static void begin(void *(*fn)(void *), size_t size)
{
	pthread_t thread;
	char c;
	if (pthread_create(&thread, NULL, fn, made(size)) || pthread_detach(thread) ||
		read(verdicts_ready[0], &c, 1) != 1)
		abort();
}

int main(void)
{
	struct timespec moment = {.tv_sec = 0, .tv_nsec = 20000000};
	if (pipe(verdicts_ready))
		abort();
	begin(waits, 61);
	begin(ends, 62);
	nanosleep(&moment, NULL);
	clear();
	return 0;
}
