/* A thread has ended and is not joined yet: its result waits for whoever joins it. Its own block
 * does not.
 * truth: definite 1 block 61 bytes; reachable 1 block 62 bytes */
#include "../verdicts.h"

static pthread_t thread;

static void *ends(void *unused)
{
	void *volatile mine[100];
	(void)unused;
	for (int i = 0; i < 100; i++)
		mine[i] = NULL;
	mine[50] = made(61);
	escape((void *)mine);
	return made(62);
}

int main(void)
{
	struct timespec moment = {.tv_sec = 0, .tv_nsec = 20000000};
	if (pthread_create(&thread, NULL, ends, NULL))
		abort();
	nanosleep(&moment, NULL);
	clear();
	return 0;
}
