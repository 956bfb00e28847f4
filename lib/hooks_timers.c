/* Timers: the original and an event. */
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "lib/hook.h"
#include "lib/kept.h"
#include "lib/onstack.h"
#include "lib/timers.h"

enum { NS = 1000000000, US = 1000000 };

LT_PUBLIC int timer_create(clockid_t clock, struct sigevent *ev, timer_t *out)
{
	int notify = ev ? ev->sigev_notify : SIGEV_SIGNAL;
	uint64_t value = ev ? (uint64_t)(uintptr_t)ev->sigev_value.sival_ptr : 0;
	uint64_t sig = ev ? (unsigned)ev->sigev_signo : SIGALRM;
	if (notify == SIGEV_THREAD)
		lt_hook_threaded(); /* the C library starts a thread of its own */
	int r = lt_real.timer_create(clock, ev, out);
	if (r != 0)
		return r;
	lt_timers_made = true;
	if (notify != SIGEV_THREAD) /* with a thread, the C library keeps it */
		lt_kept_set(LT_KEPT_TIMER, (uint32_t)(uintptr_t)*out, value);
	LT_RECORD_RES(LTF_RES_TIMER_CREATE, (uint64_t)(uintptr_t)*out, (uint64_t)(unsigned)clock,
		(uint64_t)notify, value, sig);
	return r;
}

LT_PUBLIC int timer_delete(timer_t timer)
{
	LT_RECORD_RES(LTF_RES_TIMER_DELETE, (uint64_t)(uintptr_t)timer);
	int r = lt_real.timer_delete(timer);
	if (r == 0)
		lt_kept_set(LT_KEPT_TIMER, (uint32_t)(uintptr_t)timer, 0);
	return r;
}

static uint64_t in_ns(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * NS + (uint64_t)t->tv_nsec;
}

/* A time of day is no distance, and what is left of it only the kernel knows. */
static uint64_t first_expiry(timer_t timer, int flags, const struct itimerspec *set)
{
	struct itimerspec now = *set;
	if (flags & TIMER_ABSTIME && in_ns(&set->it_value) && !lt_sealed) {
		if (timer_gettime(timer, &now) != 0 || !in_ns(&now.it_value))
			return 1; /* it is past */
	}
	return in_ns(&now.it_value);
}

LT_PUBLIC int timer_settime(
	timer_t timer, int flags, const struct itimerspec *set, struct itimerspec *old)
{
	int r = lt_real.timer_settime(timer, flags, set, old);
	if (r == 0)
		LT_RECORD_RES(LTF_RES_TIMER_SET, (uint64_t)(uintptr_t)timer,
			first_expiry(timer, flags, set), in_ns(&set->it_interval), (unsigned)flags);
	return r;
}

static uint64_t us_in_ns(const struct timeval *t)
{
	return (uint64_t)t->tv_sec * NS + (uint64_t)t->tv_usec * (NS / US);
}

LT_PUBLIC int setitimer(__itimer_which_t which, const struct itimerval *set, struct itimerval *old)
{
	int r = lt_real.setitimer(which, set, old);
	if (r == 0 && set)
		LT_RECORD_RES(LTF_RES_ITIMER_SET, (unsigned)which, us_in_ns(&set->it_value),
			us_in_ns(&set->it_interval));
	return r;
}

LT_PUBLIC unsigned alarm(unsigned seconds)
{
	unsigned left = lt_real.alarm(seconds);
	LT_RECORD_RES(LTF_RES_ITIMER_SET, ITIMER_REAL, (uint64_t)seconds * NS, 0);
	return left;
}
