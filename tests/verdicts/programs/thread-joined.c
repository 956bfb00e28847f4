/* A joined thread's block, that only its stack held, and one that it returned to main, which is
 * kept.
 * truth: definite 1 block 61 bytes; reachable 1 block 62 bytes */
#include "../verdicts.h"

static void *result;

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
	pthread_t thread;
	if (pthread_create(&thread, NULL, ends, NULL) || pthread_join(thread, &result))
		abort();
	escape(&result);
	clear();
	return 0;
}
