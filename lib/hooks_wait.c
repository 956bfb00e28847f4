/* Waits with a relative timeout: when they began is noted, in case that a signal of ours interrupts
 * them (resume.h). The original is jumped to: no frame of ours stands between, so cancellation,
 * unwinding and errno are as without. */
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/sem.h>
#include <unistd.h>
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/control.h"
#include "lib/hook.h"
#include "lib/resume.h"
#include "lib/sys.h"

/* The caller's stack pointer: our frame is gone by then. */
#define NOTE() lt_wait_begins((uintptr_t)__builtin_frame_address(0) + 2 * sizeof(void *))

/* Before the originals are known, and where there are none. */
static long fallback(long number, long a, long b, long c, long d, long e, long f)
{
	long r = lt_syscall6(number, a, b, c, d, e, f);
	if (r < 0 && r > -4096) {
		errno = (int)-r;
		return -1;
	}
	return r;
}
#define FALLBACK(number, a, b, c, d, e, f)                                                         \
	(int)fallback(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

LT_PUBLIC int poll(struct pollfd *fds, nfds_t n, int ms)
{
	if (ms > 0)
		NOTE();
	return lt_real.poll ? lt_real.poll(fds, n, ms) : FALLBACK(SYS_poll, fds, n, ms, 0, 0, 0);
}

int __poll_chk(struct pollfd *fds, nfds_t n, int ms, size_t len);
LT_PUBLIC int __poll_chk(struct pollfd *fds, nfds_t n, int ms, size_t len)
{
	if (ms > 0)
		NOTE();
	return lt_real.__poll_chk ? lt_real.__poll_chk(fds, n, ms, len)
				  : FALLBACK(SYS_poll, fds, n, ms, 0, 0, 0);
}

LT_PUBLIC int epoll_wait(int ep, struct epoll_event *events, int n, int ms)
{
	if (ms > 0)
		NOTE();
	return lt_real.epoll_wait ? lt_real.epoll_wait(ep, events, n, ms)
				  : FALLBACK(SYS_epoll_wait, ep, events, n, ms, 0, 0);
}

LT_PUBLIC int epoll_pwait(int ep, struct epoll_event *events, int n, int ms, const sigset_t *set)
{
	if (ms > 0)
		NOTE();
	return lt_real.epoll_pwait ? lt_real.epoll_pwait(ep, events, n, ms, set)
				   : FALLBACK(SYS_epoll_pwait, ep, events, n, ms, set, 8);
}

LT_PUBLIC int epoll_pwait2(int ep, struct epoll_event *events, int n,
	const struct timespec *timeout, const sigset_t *set)
{
	if (timeout)
		NOTE();
	return lt_real.epoll_pwait2 ? lt_real.epoll_pwait2(ep, events, n, timeout, set)
				    : FALLBACK(SYS_epoll_pwait2, ep, events, n, timeout, set, 8);
}

LT_PUBLIC int nanosleep(const struct timespec *time, struct timespec *left)
{
	NOTE();
	return lt_real.nanosleep ? lt_real.nanosleep(time, left)
				 : FALLBACK(SYS_nanosleep, time, left, 0, 0, 0, 0);
}

LT_PUBLIC int clock_nanosleep(
	clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
	NOTE();
	if (lt_real.clock_nanosleep)
		return lt_real.clock_nanosleep(clock, flags, time, left);
	return (int)-lt_sys4(SYS_clock_nanosleep, clock, flags, time, left);
}

LT_PUBLIC int usleep(useconds_t us)
{
	NOTE();
	struct timespec ts = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
	return lt_real.usleep ? lt_real.usleep(us) : FALLBACK(SYS_nanosleep, &ts, 0, 0, 0, 0, 0);
}

LT_PUBLIC int sigtimedwait(const sigset_t *set, siginfo_t *info, const struct timespec *timeout)
{
	NOTE();
	return lt_real.sigtimedwait ? lt_real.sigtimedwait(set, info, timeout)
				    : FALLBACK(SYS_rt_sigtimedwait, set, info, timeout, 8, 0, 0);
}

LT_PUBLIC int semtimedop(int id, struct sembuf *ops, size_t n, const struct timespec *timeout)
{
	NOTE();
	return lt_real.semtimedop ? lt_real.semtimedop(id, ops, n, timeout)
				  : FALLBACK(SYS_semtimedop, id, ops, n, timeout, 0, 0);
}

/* The C library takes the signal for itself when the first thread is cancelled. */
LT_PUBLIC int pthread_cancel(pthread_t thread)
{
	int saved = errno, r = lt_real.pthread_cancel ? lt_real.pthread_cancel(thread) : ESRCH;
	if (lt_config.live && lt_mode == LT_MODE_ON)
		lt_control_ready();
	errno = saved;
	return r;
}
