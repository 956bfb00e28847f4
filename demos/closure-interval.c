/* closure-interval: a chart is drawn anew by a repeating timer, whose argument holds the chart's
 * points. When the chart is closed, the timer goes on, and so the points are kept.
 *
 * 10 charts of 100000 points: 8000160 bytes that only the kernel knows of.
 *
 * expect: ends=exit:0
 * expect: finding=timer.undeleted site=show_chart count=10 bytes=8000160 periodic=10
 * expect: finding=timer.undeleted site=show_chart held_blocks=20 held_bytes=8000160
 * expect: unfreed site=new_chart count=10 bytes=160
 * expect: unfreed site=new_points count=10 bytes=8000000
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

static size_t show_chart(void)
{
	struct chart *c = new_chart();
	struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_ptr = c};
	struct itimerspec every = {{.tv_sec = PERIOD}, {.tv_sec = PERIOD}};
	timer_t timer;
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) || timer_settime(timer, 0, &every, NULL))
		abort();
	return c->number; /* the user closes the chart */
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
