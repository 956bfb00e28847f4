/* Threads: the original and an event. */
#include <pthread.h>
#include "lib/hook.h"

LT_PUBLIC int pthread_create(
	pthread_t *out, const pthread_attr_t *attr, void *(*start)(void *), void *arg)
{
	int detached = 0;
	if (attr)
		pthread_attr_getdetachstate(attr, &detached);
	lt_become_threaded();
	int r = lt_real.pthread_create(out, attr, start, arg);
	if (r == 0)
		LT_RECORD_RES(LTF_RES_THREAD_CREATE, *out, detached == PTHREAD_CREATE_DETACHED);
	return r;
}

LT_PUBLIC int pthread_join(pthread_t thread, void **result)
{
	int r = lt_real.pthread_join(thread, result);
	if (r == 0)
		LT_RECORD_RES(LTF_RES_THREAD_JOIN, thread);
	return r;
}

LT_PUBLIC int pthread_detach(pthread_t thread)
{
	/* Before: a detached thread's handle may be another thread's at once. */
	LT_RECORD_RES(LTF_RES_THREAD_DETACH, thread);
	return lt_real.pthread_detach(thread);
}
