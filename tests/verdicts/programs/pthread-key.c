/* Values of main's and of a waiting thread's keys.
 * truth: reachable 2 blocks 46 bytes */
#include "../verdicts.h"

static pthread_key_t key;

static void *waits(void *unused)
{
	pthread_setspecific(key, made(24));
	ready();
	for (;;)
		pause();
	return unused;
}

int main(void)
{
	if (pthread_key_create(&key, NULL))
		abort();
	pthread_setspecific(key, made(22));
	start(waits, NULL);
	clear();
	return 0;
}
