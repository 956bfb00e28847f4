/* Threads, timers and mappings: the original and an event. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "lib/allocator.h"
#include "lib/hook.h"
#include "lib/kept.h"
#include "lib/onstack.h"
#include "lib/sys.h"

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

/* What only the kernel holds is noted, for scans. */

LT_PUBLIC int epoll_ctl(int instance, int what, int fd, struct epoll_event *event)
{
	lt_kept_epoll(instance);
	return lt_real.epoll_ctl(instance, what, fd, event);
}

LT_PUBLIC int sigaltstack(const stack_t *new, stack_t *old)
{
	int r = lt_real.sigaltstack(new, old);
	if (r == 0 && new && !lt_sealed)
		lt_kept_set(LT_KEPT_STACK, (uint32_t)lt_sys1(SYS_gettid, 0),
			new->ss_flags &SS_DISABLE ? 0 : (uint64_t)(uintptr_t) new->ss_sp);
	return r;
}

LT_PUBLIC int mq_notify(mqd_t queue, const struct sigevent *event)
{
	int r = lt_real.mq_notify(queue, event);
	if (r == 0)
		lt_kept_set(LT_KEPT_QUEUE, (uint32_t)queue,
			event ? (uint64_t)(uintptr_t)event->sigev_value.sival_ptr : 0);
	return r;
}

/* Mappings may be made before the constructor has run, by the loader's own malloc for one. */
static void *raw_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	long r = lt_sys6(SYS_mmap, addr, len, prot, flags, fd, offset);
	if (r < 0 && r > -4096) {
		errno = (int)-r;
		return MAP_FAILED;
	}
	return (void *)r;
}

#define DEFINE_MMAP(name)                                                                          \
	LT_PUBLIC void *name(void *addr, size_t len, int prot, int flags, int fd, off_t offset)    \
	{                                                                                          \
		void *p = (lt_real.name ? lt_real.name : raw_mmap)(                                \
			addr, len, prot, flags, fd, offset);                                       \
		if (p != MAP_FAILED)                                                               \
			lt_allocator_mapped(__builtin_return_address(0), p, len);                  \
		if (p != MAP_FAILED && !lt_must_bootstrap())                                       \
			LT_RECORD_RES(LTF_RES_MMAP, (uint64_t)(uintptr_t)p, len,                   \
				(uint64_t)(unsigned)prot << 32 | (unsigned)flags);                 \
		return p;                                                                          \
	}
DEFINE_MMAP(mmap)
DEFINE_MMAP(mmap64)

LT_PUBLIC int munmap(void *addr, size_t len)
{
	if (!lt_must_bootstrap())
		LT_RECORD_RES(LTF_RES_MUNMAP, (uint64_t)(uintptr_t)addr, len);
	atomic_fetch_add(&lt_unmap_epoch, 1);
	lt_allocator_unmapped(addr, len);
	if (lt_real.munmap)
		return lt_real.munmap(addr, len);
	long r = lt_sys2(SYS_munmap, addr, len);
	if (r < 0)
		errno = (int)-r;
	return r < 0 ? -1 : 0;
}

LT_PUBLIC void *mremap(void *addr, size_t old, size_t new, int flags, ...)
{
	va_list ap;
	va_start(ap, flags);
	void *where = flags & MREMAP_FIXED ? va_arg(ap, void *) : NULL;
	va_end(ap);
	atomic_fetch_add(&lt_unmap_epoch, 1);
	void *p;
	if (lt_real.mremap) {
		p = lt_real.mremap(addr, old, new, flags, where);
	} else {
		long r = lt_syscall6(
			SYS_mremap, (long)addr, (long)old, (long)new, flags, (long)where, 0);
		p = r < 0 && r > -4096 ? MAP_FAILED : (void *)r;
	}
	if (p != MAP_FAILED) {
		lt_allocator_unmapped(addr, old);
		lt_allocator_mapped(__builtin_return_address(0), p, new);
	}
	if (p != MAP_FAILED && !lt_must_bootstrap())
		LT_RECORD_RES(LTF_RES_MREMAP, (uint64_t)(uintptr_t)addr, old,
			(uint64_t)(uintptr_t)p, new);
	return p;
}

/* The C library's, under the name by which it can be called before the originals are known. */
void *__sbrk(intptr_t by);

LT_PUBLIC void *sbrk(intptr_t by)
{
	void *before = (lt_real.sbrk ? lt_real.sbrk : __sbrk)(by);
	if (before != (void *)-1)
		lt_allocator_broke(__builtin_return_address(0), (uintptr_t)before,
			(uintptr_t)before + (uintptr_t)by);
	return before;
}

LT_PUBLIC int brk(void *end)
{
	uintptr_t before = (uintptr_t)__sbrk(0);
	int r = lt_real.brk ? lt_real.brk(end)
			    : -(__sbrk((intptr_t)((uintptr_t)end - before)) == (void *)-1);
	if (r == 0)
		lt_allocator_broke(__builtin_return_address(0), before, (uintptr_t)end);
	return r;
}
