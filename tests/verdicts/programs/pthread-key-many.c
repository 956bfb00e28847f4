/* Sixty keys: the C library keeps the values of all but 32 in blocks of its own.
 * truth: reachable 120 blocks 2760 bytes */
#include "../verdicts.h"

enum { N = 60 };
static pthread_key_t key[N];

static void *waits(void *unused)
{
	for (int i = 0; i < N; i++)
		pthread_setspecific(key[i], made(24));
	ready();
	for (;;)
		pause();
	return unused;
}

int main(void)
{
	for (int i = 0; i < N; i++)
		if (pthread_key_create(&key[i], NULL) || pthread_setspecific(key[i], made(22)))
			abort();
	start(waits, NULL);
	clear();
	return 0;
}
