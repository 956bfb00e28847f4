/* Threads and timers of all kinds, each case by its name. See threads.tap. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>
#include "leaktrace.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static sem_t none, go;
static int silent[2];
static int listening;

static void need(int ok)
{
	if (!ok)
		abort();
}

static pthread_t start(void *(*run)(void *), void *arg)
{
	pthread_t t;
	need(pthread_create(&t, NULL, run, arg) == 0);
	return t;
}

static void *end(void *arg)
{
	return arg;
}

static int end11(void *arg)
{
	return arg != NULL;
}

static void *detach_self(void *arg)
{
	pthread_detach(pthread_self());
	return arg;
}

static void *wait_go(void *arg)
{
	sem_wait(&go);
	return arg;
}

static void join_in_all_ways(void)
{
	struct timespec later;
	void *result;
	thrd_t c11;
	pthread_t t;
	int value;
	pthread_join(start(end, NULL), NULL);
	for (t = start(end, NULL); pthread_tryjoin_np(t, &result);)
		usleep(1000);
	clock_gettime(CLOCK_REALTIME, &later);
	t = start(wait_go, NULL);
	need(pthread_timedjoin_np(t, &result, &later) != 0); /* too early */
	sem_post(&go);
	later.tv_sec += 60;
	need(pthread_timedjoin_np(t, &result, &later) == 0);
	need(pthread_clockjoin_np(start(end, NULL), &result, CLOCK_REALTIME, &later) == 0);
	need(thrd_create(&c11, end11, NULL) == thrd_success);
	need(thrd_join(c11, &value) == thrd_success);
}

static void detach_in_all_ways(void)
{
	pthread_attr_t attr;
	pthread_t t;
	thrd_t c11;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	need(pthread_create(&t, &attr, end, NULL) == 0);
	pthread_detach(start(end, NULL));
	start(detach_self, NULL);
	need(thrd_create(&c11, end11, NULL) == thrd_success);
	need(thrd_detach(c11) == thrd_success);
	usleep(50000);
}

static void leave_ended(void)
{
	thrd_t c11;
	for (int i = 0; i < 20; i++)
		start(end, NULL);
	need(thrd_create(&c11, end11, NULL) == thrd_success);
	usleep(100000);
}

/* What threads wait in: */

static void *in_cond(void *arg)
{
	char *volatile own = malloc(5000);
	memset(own, 1, 5000);
	pthread_mutex_lock(&lock);
	pthread_cond_wait(&never, &lock);
	pthread_mutex_unlock(&lock);
	free(own);
	return arg;
}

static void *in_read(void *arg)
{
	char c;
	return read(silent[0], &c, 1) < 0 ? arg : NULL;
}

static void *in_sem(void *arg)
{
	sem_wait(&none);
	return arg;
}

static void *in_accept(void *arg)
{
	return accept(listening, NULL, NULL) < 0 ? arg : NULL;
}

static void *in_epoll(void *arg)
{
	struct epoll_event event;
	epoll_wait(*(int *)arg, &event, 1, -1);
	return arg;
}

static void *in_sleep(void *arg)
{
	sleep(1000);
	return arg;
}

static void *in_limited_cond(void *arg)
{
	struct timespec later;
	clock_gettime(CLOCK_REALTIME, &later);
	later.tv_sec += 1000;
	pthread_mutex_lock(&lock);
	pthread_cond_timedwait(&never, &lock, &later);
	pthread_mutex_unlock(&lock);
	return arg;
}

static void *in_join(void *arg)
{
	pthread_join(*(pthread_t *)arg, NULL);
	return NULL;
}

static void *run(void *arg)
{
	for (volatile uint64_t i = 0;; i++)
		;
	return arg;
}

/* Each at a line of its own. */
static void wait_in_several_places(void)
{
	static int epoll;
	epoll = epoll_create1(0);
	listening = socket(AF_UNIX, SOCK_STREAM, 0);
	need(listening >= 0 && bind(listening, &(struct sockaddr){AF_UNIX, ""}, 2) == 0);
	need(listen(listening, 1) == 0);
	start(in_cond, NULL);
	start(in_read, NULL);
	start(in_sem, NULL);
	start(in_accept, NULL);
	start(in_epoll, &epoll);
	usleep(100000);
}

static void *(*const waits[])(void *) = {
	in_cond, in_read, in_sem, in_accept, in_epoll, in_sleep, in_limited_cond, run};

static void wait_in_all_ways(int detach)
{
	static int epoll;
	static pthread_t joined;
	epoll = epoll_create1(0);
	listening = socket(AF_UNIX, SOCK_STREAM, 0);
	need(listening >= 0 && bind(listening, &(struct sockaddr){AF_UNIX, ""}, 2) == 0);
	need(listen(listening, 1) == 0);
	for (size_t i = 0; i < sizeof(waits) / sizeof(*waits); i++) {
		pthread_t t = start(waits[i], &epoll);
		if (detach)
			pthread_detach(t);
	}
	joined = start(in_sem, NULL); /* and another one waits for it */
	pthread_t t = start(in_join, &joined);
	if (detach)
		pthread_detach(t);
	usleep(100000);
}

/* Threads come and go, and handles are used again at once. */
static void *make_many(void *arg)
{
	for (int i = 0; i < 250; i++) {
		pthread_t t = start(i % 5 == 4 ? detach_self : end, NULL);
		if (i % 5 == 3)
			pthread_detach(t);
		else if (i % 5 != 4)
			pthread_join(t, NULL);
	}
	return arg;
}

static void come_and_go(void)
{
	pthread_t t[4];
	for (int i = 0; i < 4; i++)
		t[i] = start(make_many, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	usleep(100000); /* the last ones detach themselves */
}

static void fork_with_threads(void)
{
	for (int i = 0; i < 3; i++)
		start(in_sem, NULL);
	pid_t child = fork();
	if (child == 0) {
		char *own = malloc(100);
		memset(own, 1, 100);
		start(in_sem, NULL);
		usleep(50000);
		exit(own[0] - 1);
	}
	waitpid(child, NULL, 0);
}

/* Timers: */

static void notice(union sigval value)
{
	(void)value;
}

static timer_t make_timer(int notify, int clock, void *arg)
{
	struct sigevent event = {.sigev_notify = notify, .sigev_value.sival_ptr = arg};
	timer_t t;
	if (notify == SIGEV_THREAD)
		event.sigev_notify_function = notice;
	else
		event.sigev_signo = SIGUSR1;
	if (notify == SIGEV_THREAD_ID)
		event._sigev_un._tid = getpid();
	need(timer_create(clock, &event, &t) == 0);
	return t;
}

static void set(timer_t t, long first, long every, int flags)
{
	struct itimerspec spec = {{.tv_sec = every}, {.tv_sec = first}};
	if (flags & TIMER_ABSTIME) {
		clock_gettime(CLOCK_REALTIME, &spec.it_value);
		spec.it_value.tv_sec += first;
	}
	need(timer_settime(t, flags, &spec, NULL) == 0);
}

static void *block(size_t size)
{
	void **p = malloc(size);
	need(p != NULL);
	*p = malloc(10 * size);
	return p;
}

static void timers_of_all_kinds(void)
{
	struct itimerval soon = {.it_value = {.tv_sec = 500}};
	set(make_timer(SIGEV_THREAD, CLOCK_MONOTONIC, block(1000)), 100, 100, 0);
	set(make_timer(SIGEV_SIGNAL, CLOCK_MONOTONIC, block(2000)), 200, 0, 0);
	set(make_timer(SIGEV_SIGNAL, CLOCK_REALTIME, NULL), 3600, 0, TIMER_ABSTIME);
	set(make_timer(SIGEV_THREAD_ID, CLOCK_BOOTTIME, NULL), 300, 300, 0);
	make_timer(SIGEV_NONE, CLOCK_PROCESS_CPUTIME_ID, NULL);
	timer_t t = make_timer(SIGEV_SIGNAL, CLOCK_MONOTONIC, NULL);
	set(t, 400, 0, 0);
	set(t, 0, 0, 0);
	for (volatile int notify = SIGEV_SIGNAL; notify <= SIGEV_THREAD; notify++)
		timer_delete(make_timer(notify, CLOCK_MONOTONIC, block(16)));
	setitimer(ITIMER_REAL, &soon, NULL);
	alarm(0);
	alarm(1000);
	usleep(20000);
}

/* At many moments as many as the kernel says. */

static unsigned count_in(const char *path)
{
	DIR *d = opendir(path);
	unsigned n = 0;
	for (struct dirent *e; (e = readdir(d));)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static unsigned count_timers(void)
{
	char line[256];
	unsigned n = 0;
	FILE *f = fopen("/proc/self/timers", "r");
	while (f && fgets(line, sizeof(line), f))
		n += strncmp(line, "ID:", 3) == 0;
	if (f)
		fclose(f);
	return n;
}

/* Of the dump's header: scans begun and ended. */
static void read_scans(int dump, uint32_t scans[2])
{
	need(pread(dump, scans, 2 * sizeof(*scans), 2336 + 8) == 2 * sizeof(*scans));
}

static void scan_until_done(int dump, uint32_t number)
{
	uint32_t scans[2];
	for (int i = 0;; i++) {
		read_scans(dump, scans);
		if (scans[0] == number && scans[1] == number)
			return;
		if (scans[0] < number)
			leaktrace_scan();
		usleep(1000);
		need(i < 20000);
	}
}

static void many_moments(const char *dump_path)
{
	enum { MOST = 12, MOMENTS = 50 };
	pthread_t threads[MOST];
	timer_t timers[MOST];
	unsigned t = 0, n = 0, seed = 1;
	int dump = open(dump_path, O_RDONLY | O_CLOEXEC);
	for (uint32_t moment = 1; moment <= MOMENTS; moment++) {
		for (int i = 0; i < 5; i++) {
			unsigned what = (unsigned)rand_r(&seed) % 4;
			if (what == 0 && t < MOST) {
				threads[t++] = start(wait_go, NULL);
			} else if (what == 1 && t) {
				sem_post(&go); /* any of them ends: all are joined in the end */
				sem_post(&go);
				pthread_detach(threads[--t]);
				start(wait_go, NULL);
			} else if (what == 2 && n < MOST) {
				int notify = n % 3 ? SIGEV_SIGNAL : SIGEV_THREAD;
				timers[n++] = make_timer(notify, CLOCK_MONOTONIC, NULL);
			} else if (what == 3 && n) {
				timer_delete(timers[--n]);
			}
		}
		unsigned tasks, before, kernels;
		do {
			before = count_in("/proc/self/task");
			usleep(3000);
			tasks = count_in("/proc/self/task");
		} while (before != tasks);
		kernels = count_timers();
		scan_until_done(dump, moment);
		printf("%u tasks %u timers %u%s\n", moment, tasks, kernels,
			tasks == count_in("/proc/self/task") ? "" : " unsure");
	}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const char *which = argc > 1 ? argv[1] : "";
	need(sem_init(&none, 0, 0) == 0 && sem_init(&go, 0, 0) == 0 && pipe(silent) == 0);
	signal(SIGUSR1, SIG_IGN);
	if (strcmp(which, "joined") == 0)
		join_in_all_ways();
	else if (strcmp(which, "detached") == 0)
		detach_in_all_ways();
	else if (strcmp(which, "ended") == 0)
		leave_ended();
	else if (strcmp(which, "waits") == 0)
		wait_in_all_ways(0);
	else if (strcmp(which, "detached-waits") == 0)
		wait_in_all_ways(1);
	else if (strcmp(which, "places") == 0)
		wait_in_several_places();
	else if (strcmp(which, "come-and-go") == 0)
		come_and_go();
	else if (strcmp(which, "fork") == 0)
		fork_with_threads();
	else if (strcmp(which, "timers") == 0)
		timers_of_all_kinds();
	else if (strcmp(which, "moments") == 0)
		many_moments(argv[2]);
	else
		return 2;
	return 0;
}
