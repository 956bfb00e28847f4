/* blocked-worker: threads wait for jobs from a channel. When the last job is done nobody writes to
 * it any more, and nobody tells them.
 *
 * 4 threads wait for ever in get_job(), each with 64 KiB for its work.
 *
 * expect: ends=exit:0
 * expect: finding=thread.blocked site=start_worker count=4 held_blocks=4 held_bytes=262144
 * expect: unfreed site=work count=4 bytes=262144
 * expect: threads created=4
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORKERS = 4, JOBS = 100, BUFFER = 65536 };

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	int jobs;
} channel = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
static atomic_int done;

static void get_job(void)
{
	pthread_mutex_lock(&channel.lock);
	while (!channel.jobs)
		pthread_cond_wait(&channel.changed, &channel.lock);
	channel.jobs--;
	pthread_mutex_unlock(&channel.lock);
}

static void put_job(void)
{
	pthread_mutex_lock(&channel.lock);
	channel.jobs++;
	pthread_cond_signal(&channel.changed);
	pthread_mutex_unlock(&channel.lock);
}

static void *work(void *arg)
{
	char *buffer = malloc(BUFFER);
	if (!buffer)
		abort();
	for (;;) {
		get_job();
		memset(buffer, 'x', BUFFER);
		atomic_fetch_add(&done, 1);
	}
	return arg;
}

static void start_worker(void)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, work, NULL) || pthread_detach(thread))
		abort();
}

int main(void)
{
	for (int i = 0; i < WORKERS; i++)
		start_worker();
	for (int i = 0; i < JOBS; i++)
		put_job();
	while (atomic_load(&done) < JOBS)
		usleep(1000);
	usleep(50000); /* the results are looked at */
	printf("%d jobs\n", atomic_load(&done));
	return 0;
}
