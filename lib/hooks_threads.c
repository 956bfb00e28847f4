/* Threads: the original and an event. Of the C library's own: what it starts for itself comes by no
 * hook, and the end of a thread by none either. */
#define _GNU_SOURCE
#include <pthread.h>
#include <threads.h>
#include "lib/hook.h"
#include "lib/record.h"

/* What a join was asked for: the number that the handle's next event would have got, or 0. The
 * handle may be another thread's by the time the join is recorded; that one's creation has this
 * number or a greater one. */
static uint64_t number_before(uint64_t handle)
{
	enum { KNOWN = 32 };
	return lt_numbered ? UINT64_C(1) << KNOWN |
				     atomic_load(&lt_counters[LTF_REGION(handle & LTF_MASK60)].next)
			   : 0;
}

LT_PUBLIC int pthread_create(
	pthread_t *out, const pthread_attr_t *attr, void *(*start)(void *), void *arg)
{
	int detached = 0;
	if (attr)
		pthread_attr_getdetachstate(attr, &detached);
	lt_hook_threaded();
	int r = lt_real.pthread_create(out, attr, start, arg);
	if (r == 0)
		LT_RECORD_RES(LTF_RES_THREAD_CREATE, *out, detached == PTHREAD_CREATE_DETACHED,
			(uint64_t)(uintptr_t)start);
	return r;
}

LT_PUBLIC int thrd_create(thrd_t *out, thrd_start_t start, void *arg)
{
	lt_hook_threaded();
	int r = lt_real.thrd_create(out, start, arg);
	if (r == thrd_success)
		LT_RECORD_RES(LTF_RES_THREAD_CREATE, *out, 0, (uint64_t)(uintptr_t)start);
	return r;
}

#define DEFINE_JOIN(name, params, thread, call)                                                    \
	LT_PUBLIC int name params                                                                  \
	{                                                                                          \
		uint64_t before = number_before(thread);                                           \
		int r = lt_real.call;                                                              \
		if (r == 0)                                                                        \
			LT_RECORD_RES(LTF_RES_THREAD_JOIN, thread, before);                        \
		return r;                                                                          \
	}
_Static_assert(thrd_success == 0, "as with POSIX");
DEFINE_JOIN(pthread_join, (pthread_t t, void **result), t, pthread_join(t, result))
DEFINE_JOIN(pthread_tryjoin_np, (pthread_t t, void **result), t, pthread_tryjoin_np(t, result))
DEFINE_JOIN(pthread_timedjoin_np, (pthread_t t, void **result, const struct timespec *until), t,
	pthread_timedjoin_np(t, result, until))
DEFINE_JOIN(pthread_clockjoin_np,
	(pthread_t t, void **result, clockid_t clock, const struct timespec *until), t,
	pthread_clockjoin_np(t, result, clock, until))
DEFINE_JOIN(thrd_join, (thrd_t t, int *result), t, thrd_join(t, result))

/* Before: a detached thread's handle may be another thread's at once. Is it the thread itself, the
 * one that has created it may not have come to say so. */
#define DEFINE_DETACH(name, type)                                                                  \
	LT_PUBLIC int name(type thread)                                                            \
	{                                                                                          \
		LT_RECORD_RES(LTF_RES_THREAD_DETACH, thread, thread == pthread_self());            \
		return lt_real.name(thread);                                                       \
	}
DEFINE_DETACH(pthread_detach, pthread_t)
DEFINE_DETACH(thrd_detach, thrd_t)
