/* ticker-leak: each feed that is opened ticks: a periodic timer wakes up a thread. When the feed is
 * closed, nobody stops either.
 *
 * expect: ends=exit:0
 * expect: finding=timer.undeleted site=start_ticker count=100 periodic=100 armed=100
 * expect: finding=thread.unjoined site=start_ticker count=100 ended=0 alive=100
 * expect: timers created=100 released=0
 * expect: threads created=100 released=0
 */
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FEEDS = 100, PERIOD = 50 /* ms */ };

struct ticker {
	timer_t timer;
	pthread_t worker;
	sem_t tick;
};

static atomic_int updates;

static void wake(int number, siginfo_t *info, void *context)
{
	(void)number, (void)context;
	sem_post(&((struct ticker *)info->si_value.sival_ptr)->tick);
}

static void *update(void *arg)
{
	struct ticker *t = arg;
	for (;;) {
		while (sem_wait(&t->tick))
			;
		atomic_fetch_add(&updates, 1);
	}
	return NULL;
}

static void start_ticker(void)
{
	struct ticker *t = calloc(1, sizeof(*t));
	struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_ptr = t};
	struct itimerspec every = {{.tv_nsec = PERIOD * 1000000}, {.tv_nsec = PERIOD * 1000000}};
	if (!t || sem_init(&t->tick, 0, 0) || pthread_create(&t->worker, NULL, update, t) ||
		timer_create(CLOCK_MONOTONIC, &event, &t->timer) ||
		timer_settime(t->timer, 0, &every, NULL))
		abort();
}

/* Only the main thread is interrupted: those that it makes meanwhile have the signal blocked. */
static void let_ticks_in(int how)
{
	sigset_t ticks;
	sigemptyset(&ticks);
	sigaddset(&ticks, SIGRTMIN);
	pthread_sigmask(how, &ticks, NULL);
}

int main(void)
{
	struct sigaction action = {.sa_sigaction = wake, .sa_flags = SA_SIGINFO | SA_RESTART};
	sigaction(SIGRTMIN, &action, NULL);
	let_ticks_in(SIG_BLOCK);
	for (int i = 0; i < FEEDS; i++)
		start_ticker(); /* the feed is read and closed, its ticker goes on */
	let_ticks_in(SIG_UNBLOCK);
	for (struct timespec left = {.tv_nsec = 2 * PERIOD * 1000000}; nanosleep(&left, &left);)
		;
	printf("%s\n", atomic_load(&updates) ? "updated" : "not updated");
	return 0;
}
