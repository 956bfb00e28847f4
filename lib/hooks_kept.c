/* What only the kernel holds is noted, for scans. */
#include <mqueue.h>
#include <signal.h>
#include <sys/epoll.h>
#include "lib/hook.h"
#include "lib/kept.h"
#include "lib/onstack.h"
#include "lib/queued.h"
#include "lib/sys.h"

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

LT_PUBLIC int sigqueue(pid_t pid, int signo, const union sigval value)
{
	if (pid == lt_pid)
		lt_queued_sent(signo, (uint64_t)(uintptr_t)value.sival_ptr, false);
	return LT_LATE(sigqueue)(pid, signo, value);
}

LT_PUBLIC int pthread_sigqueue(pthread_t thread, int signo, const union sigval value)
{
	lt_queued_sent(signo, (uint64_t)(uintptr_t)value.sival_ptr, true);
	return LT_LATE(pthread_sigqueue)(thread, signo, value);
}
