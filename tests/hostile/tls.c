/* Destructors of thread-specific data allocate and release, over all four rounds, when the thread
 * is nearly gone; nothing of that is lost.
 *
 * @case tls_destructors
 * @check equal threads "$(field summary threads)" 51
 */
#include <pthread.h>
#include "tests/hostile/hostile.h"

static pthread_key_t key;

/* Puts itself back until the C library gives up. */
static void destroy(void *p)
{
	counted_free(p);
	churn(2);
	pthread_setspecific(key, counted_malloc(64));
}

static void *work(void *unused)
{
	(void)unused;
	pthread_setspecific(key, counted_malloc(64));
	return NULL;
}

/* Its first event is in the destructor. */
static void late_destroy(void *unused)
{
	(void)unused;
	churn(3);
}

static void *late(void *late_key)
{
	pthread_setspecific(*(pthread_key_t *)late_key, late_key);
	return NULL;
}

int main(void)
{
	pthread_t thread;
	pthread_key_t late_key;
	pthread_key_create(&key, destroy);
	pthread_key_create(&late_key, late_destroy);
	churn(1);
	for (int i = 0; i < 50; i++) {
		pthread_create(&thread, NULL, i % 2 ? work : late, &late_key);
		pthread_join(thread, NULL);
	}
	return 0;
}
