/* timer-leak, repaired: a request that is done deletes its timeout.
 *
 * expect: ends=exit:0
 * absent: finding=timer.undeleted
 * expect: timers created=1000 released=1000
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { REQUESTS = 1000, AN_HOUR = 3600 };

static timer_t start_timeout(void)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
	struct itimerspec due = {.it_value = {.tv_sec = AN_HOUR}};
	timer_t timer;
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) || timer_settime(timer, 0, &due, NULL)) {
		perror("timer");
		exit(1);
	}
	return timer;
}

int main(void)
{
	for (int i = 0; i < REQUESTS; i++) {
		timer_t timeout = start_timeout();
		timer_delete(timeout);
	}
	printf("%d requests\n", REQUESTS);
	return 0;
}
