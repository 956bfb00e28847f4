/* What closes descriptors, and what duplicates them: onto a number that was open, that is closed.
 */
#include "lib/hooks_fds.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <mqueue.h>
#include <pthread.h>
#include <unistd.h>
#include "lib/sys.h"

int __close(int fd);
int __dup2(int from, int to);

/* A thread that is to be cancelled ends at the beginning of close: nothing is closed then, so it
 * ends before that is told. */
static inline void close_point(void)
{
	if (lt_numbered)
		pthread_testcancel();
}

/* That nothing was closed only EBADF says. */
#define DEFINE_CLOSE(name, by, point)                                                              \
	LT_PUBLIC int name(int fd)                                                                 \
	{                                                                                          \
		struct lt_regs regs_;                                                              \
		LT_REGS_CALLER(&regs_);                                                            \
		point;                                                                             \
		bool told_ = lt_fd_closing(&regs_, fd, by, NULL);                                  \
		int r_ = LT_FD_CALL(name, (fd), -1);                                               \
		if (r_ < 0 && told_ && errno == EBADF)                                             \
			lt_fd_not_closed(&regs_, fd, by, EBADF);                                   \
		return r_;                                                                         \
	}
DEFINE_CLOSE(close, LTF_FD_BY_CLOSE, close_point())
DEFINE_CLOSE(__close, LTF_FD_BY_CLOSE, close_point())
DEFINE_CLOSE(mq_close, LTF_FD_BY_QUEUE, (void)0)

/* Whether the kernel closes anything: it refuses before it has begun. */
static bool closes(unsigned first, unsigned last, int flags)
{
	return first <= last && !(flags & ~CLOSE_RANGE_UNSHARE);
}

LT_PUBLIC int close_range(unsigned first, unsigned last, int flags)
{
	struct lt_regs regs;
	LT_REGS_CALLER(&regs);
	if (closes(first, last, flags) && lt_fds_have_ranges())
		lt_fd_closing_range(&regs, first, last);
	return LT_FD_CALL(close_range, (first, last, flags), -1);
}

LT_PUBLIC void closefrom(int first)
{
	struct lt_regs regs;
	LT_REGS_CALLER(&regs);
	lt_fd_closing_range(&regs, first < 0 ? 0 : (unsigned)first, ~0u);
	__typeof__(LT_LATE(closefrom)) original = LT_LATE(closefrom);
	if (original)
		original(first);
}

LT_DEFINE_FD(dup, (int from), (from), LTF_FD_DUP, from, 0)

#define DEFINE_DUP2(name, params, args, flags)                                                     \
	LT_PUBLIC int name params                                                                  \
	{                                                                                          \
		unsigned replaces_ = lt_fd_replaces(to);                                           \
		int r_ = LT_FD_CALL(name, args, -1);                                               \
		if (r_ >= 0 && from != to)                                                         \
			LT_FD_OPENED(r_, LTF_FD_DUP, from, (flags) | replaces_);                   \
		return r_;                                                                         \
	}
DEFINE_DUP2(dup2, (int from, int to), (from, to), 0)
DEFINE_DUP2(__dup2, (int from, int to), (from, to), 0)
DEFINE_DUP2(dup3, (int from, int to, int how), (from, to, how), LT_FD_CLOEXEC(how, O_CLOEXEC))

/* All others pass through. What is behind the command is an int or a pointer, or nothing. */
#define DEFINE_FCNTL(name)                                                                         \
	LT_ELLIPSIS(name, int, (int fd, int what, void *arg))                                      \
	{                                                                                          \
		int r_ = LT_FD_CALL(name, (fd, what, arg), -1);                                    \
		if (r_ >= 0 && (what == F_DUPFD || what == F_DUPFD_CLOEXEC))                       \
			LT_FD_OPENED(r_, LTF_FD_DUP, fd,                                           \
				what == F_DUPFD ? 0u : (unsigned)LTF_FD_CLOEXEC);                  \
		return r_;                                                                         \
	}
DEFINE_FCNTL(fcntl)
DEFINE_FCNTL(fcntl64)
DEFINE_FCNTL(__fcntl)
