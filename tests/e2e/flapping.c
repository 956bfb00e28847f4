/* A server in small: a queue of jobs, workers that wait for them with a time limit, and a clock
 * that ticks. How many allocations it makes in all is another number each time: whoever of the
 * workers wakes up in vain writes a note, each takes as many jobs as it comes by, and the clock
 * ticks as long as it all takes. A job makes the same allocations whoever does it, and the thread
 * that writes the journal makes the same ones as well. Prints how many allocations it was.
 *
 * Arguments: "more" makes one allocation more in each hundredth job. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "leaktrace.h"

#define APART __attribute__((noinline, noclone))

enum { WORKERS = 4, JOBS = 300, LINES = 100, PARTS = 5 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static int waiting[JOBS], waiting_used, done;
static atomic_bool ended;
static atomic_ulong made;
static unsigned more;

static APART void *get(size_t size)
{
	char *p = malloc(size);
	__asm__ volatile("" : : "r"(p) : "memory");
	atomic_fetch_add(&made, 1);
	return p;
}

static APART void write_note(void)
{
	free(get(40));
}

static APART void parse_part(int job)
{
	leaktrace_region_begin("parse");
	free(get(16 + (size_t)job % 7));
	leaktrace_region_end("parse");
}

static APART void do_job(int job)
{
	leaktrace_region_begin("job");
	char *state = get(200);
	for (int i = 0; i < PARTS; i++)
		parse_part(job);
	if (more && job % 100 == 50)
		free(get(8));
	free(state);
	leaktrace_region_end("job");
}

/* A job; -1: none came in time; -2: there will be none. */
static int take_job(void)
{
	struct timespec t;
	int job = -1;
	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += 100000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	pthread_mutex_lock(&lock);
	if (!waiting_used && done < JOBS)
		pthread_cond_timedwait(&wake, &lock, &t);
	if (waiting_used)
		job = waiting[--waiting_used];
	else if (done == JOBS)
		job = -2;
	done += job >= 0;
	pthread_mutex_unlock(&lock);
	return job;
}

static void *worker(void *arg)
{
	int job;
	(void)arg;
	leaktrace_thread_name("worker");
	while ((job = take_job()) != -2) {
		if (job >= 0)
			do_job(job);
		else
			write_note();
	}
	return NULL;
}

static void *tick(void *arg)
{
	(void)arg;
	leaktrace_thread_name("clock");
	while (!atomic_load(&ended)) {
		usleep(200);
		free(get(24));
	}
	return NULL;
}

static void *write_journal(void *arg)
{
	(void)arg;
	leaktrace_thread_name("journal");
	for (int i = 0; i < LINES; i++) {
		free(get(80));
		if (i % 10 == 0)
			usleep(100);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[WORKERS + 2];
	int n = 0;
	more = argc > 1 && strcmp(argv[1], "more") == 0;
	for (; n < WORKERS; n++)
		pthread_create(&threads[n], NULL, worker, NULL);
	pthread_create(&threads[n++], NULL, write_journal, NULL);
	pthread_create(&threads[n], NULL, tick, NULL);
	for (int i = 0; i < JOBS; i++) {
		pthread_mutex_lock(&lock);
		waiting[waiting_used++] = i;
		pthread_cond_signal(&wake);
		pthread_mutex_unlock(&lock);
		if (i % 10 == 0)
			usleep(50);
	}
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	atomic_store(&ended, true);
	pthread_join(threads[n], NULL);
	printf("%lu allocations\n", atomic_load(&made));
	return 0;
}
