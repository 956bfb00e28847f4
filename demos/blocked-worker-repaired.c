/* blocked-worker, repaired: the channel can be closed. That ends the wait, and the threads are
 * joined.
 *
 * expect: ends=exit:0
 * absent: finding=thread.blocked
 * absent: finding=thread.unjoined
 * expect: unfreed site=work count=0 bytes=0
 * expect: threads created=4 released=4
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORKERS = 4, JOBS = 100, BUFFER = 65536 };

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int jobs;
	bool closed;
} channel = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
static atomic_int done;

static bool get_job(void)
{
	pthread_mutex_lock(&channel.lock);
	while (!channel.jobs && !channel.closed)
		pthread_cond_wait(&channel.changed, &channel.lock);
	bool got = channel.jobs > 0;
	channel.jobs -= got;
	pthread_mutex_unlock(&channel.lock);
	return got;
}

static void put_job(void)
{
	pthread_mutex_lock(&channel.lock);
	channel.jobs++;
	pthread_cond_signal(&channel.changed);
	pthread_mutex_unlock(&channel.lock);
}

static void close_channel(void)
{
	pthread_mutex_lock(&channel.lock);
	channel.closed = true;
	pthread_cond_broadcast(&channel.changed);
	pthread_mutex_unlock(&channel.lock);
}

static void *work(void *arg)
{
	char *buffer = malloc(BUFFER);
	if (!buffer)
		abort();
	while (get_job()) {
		memset(buffer, 'x', BUFFER);
		atomic_fetch_add(&done, 1);
	}
	free(buffer);
	return arg;
}

static pthread_t start_worker(void)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, work, NULL))
		abort();
	return thread;
}

int main(void)
{
	pthread_t workers[WORKERS];
	for (int i = 0; i < WORKERS; i++)
		workers[i] = start_worker();
	for (int i = 0; i < JOBS; i++)
		put_job();
	close_channel();
	for (int i = 0; i < WORKERS; i++)
		pthread_join(workers[i], NULL);
	usleep(50000); /* the results are looked at */
	printf("%d jobs\n", atomic_load(&done));
	return 0;
}
