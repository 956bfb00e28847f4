/* closure-interval, repaired: the chart that is closed deletes its timer, and then its points.
 *
 * expect: ends=exit:0
 * absent: finding=timer.undeleted
 * expect: timers created=10 released=10
 * expect: unfreed site=new_chart count=0 bytes=0
 * expect: unfreed site=new_points count=0 bytes=0
 * expect: allocated site=new_points count=10 bytes=8000000
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { CHARTS = 10, POINTS = 100000, PERIOD = 10 /* s */ };

struct chart {
	double *points;
	size_t number;
};

static double *new_points(size_t number)
{
	double *points = malloc(number * sizeof(*points));
	if (!points)
		abort();
	for (size_t i = 0; i < number; i++)
		points[i] = (double)i / (double)number;
	return points;
}

static struct chart *new_chart(void)
{
	struct chart *c = malloc(sizeof(*c));
	if (!c)
		abort();
	*c = (struct chart){.points = new_points(POINTS), .number = POINTS};
	return c;
}

static void draw(int number, siginfo_t *info, void *context)
{
	const struct chart *c = info->si_value.sival_ptr;
	(void)number, (void)context, (void)c->points[0];
}

static size_t close_chart(struct chart *c, timer_t timer)
{
	size_t number = c->number;
	timer_delete(timer);
	free(c->points);
	free(c);
	return number;
}

static size_t show_chart(void)
{
	struct chart *c = new_chart();
	struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_ptr = c};
	struct itimerspec every = {{.tv_sec = PERIOD}, {.tv_sec = PERIOD}};
	timer_t timer;
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) || timer_settime(timer, 0, &every, NULL))
		abort();
	return close_chart(c, timer);
}

int main(void)
{
	size_t shown = 0;
	sigaction(
		SIGRTMIN, &(struct sigaction){.sa_sigaction = draw, .sa_flags = SA_SIGINFO}, NULL);
	for (int i = 0; i < CHARTS; i++)
		shown += show_chart();
	printf("%zu points\n", shown);
	return 0;
}
