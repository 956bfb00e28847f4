/* Timers: the original and an event. */
#include <signal.h>
#include <time.h>
#include "lib/hook.h"
#include "lib/kept.h"

LT_PUBLIC int timer_create(clockid_t clock, struct sigevent *ev, timer_t *out)
{
	int notify = ev ? ev->sigev_notify : SIGEV_SIGNAL;
	uint64_t value = ev ? (uint64_t)(uintptr_t)ev->sigev_value.sival_ptr : 0;
	if (notify == SIGEV_THREAD)
		lt_become_threaded(); /* the C library starts a thread of its own */
	int r = lt_real.timer_create(clock, ev, out);
	if (r == 0 && notify != SIGEV_THREAD) /* with a thread, the C library keeps it */
		lt_kept_set(LT_KEPT_TIMER, (uint32_t)(uintptr_t)*out, value);
	if (r == 0)
		LT_RECORD_RES(LTF_RES_TIMER_CREATE, (uint64_t)(uintptr_t)*out, (uint64_t)clock,
			(uint64_t)notify, value);
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
