/* Of two keys one has a destructor that frees, the other has none. The thread has ended.
 * truth: definite 1 block 25 bytes */
#include "../verdicts.h"

static pthread_key_t freed, forgotten;

static void *ends(void *unused)
{
	pthread_setspecific(freed, made(24));
	pthread_setspecific(forgotten, made(25));
	return unused;
}

int main(void)
{
	pthread_t thread;
	if (pthread_key_create(&freed, free) || pthread_key_create(&forgotten, NULL) ||
		pthread_create(&thread, NULL, ends, NULL) || pthread_join(thread, NULL))
		abort();
	clear();
	return 0;
}
