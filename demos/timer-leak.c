/* timer-leak: each request arms a timeout, and nobody deletes it when the request is done.
 *
 * expect: ends=exit:0
 * expect: finding=timer.undeleted site=start_timeout count=1000 periodic=0 armed=1000
 * expect: timers created=1000 released=0
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
	for (int i = 0; i < REQUESTS; i++)
		start_timeout(); /* the request is served, its timer stays armed */
	printf("%d requests\n", REQUESTS);
	return 0;
}
