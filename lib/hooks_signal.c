/* What a program does about the signals of fatal.h: it is shown the default where our handler
 * stands, and where it puts the default, ours comes back. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include "lib/fatal.h"
#include "lib/hook.h"

LT_PUBLIC int sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
	if (!lt_real.sigaction) {
		errno = ENOSYS;
		return -1;
	}
	if (!lt_is_fatal(sig))
		return lt_real.sigaction(sig, act, old);
	int r = lt_real.sigaction(sig, act, old);
	if (r == 0 && old && lt_fatal_is_ours((const void *)old->sa_sigaction)) {
		memset(old, 0, sizeof(*old));
		old->sa_handler = SIG_DFL;
	}
	if (r == 0 && act && act->sa_handler == SIG_DFL)
		lt_fatal_take(sig);
	return r;
}

#define DEFINE_SIGNAL(name)                                                                        \
	LT_PUBLIC __sighandler_t name(int sig, __sighandler_t handler)                             \
	{                                                                                          \
		if (!lt_real.name) {                                                               \
			errno = ENOSYS;                                                            \
			return SIG_ERR;                                                            \
		}                                                                                  \
		__sighandler_t old = lt_real.name(sig, handler);                                   \
		if (!lt_is_fatal(sig))                                                             \
			return old;                                                                \
		if (old != SIG_ERR && handler == SIG_DFL)                                          \
			lt_fatal_take(sig);                                                        \
		return lt_fatal_is_ours((const void *)old) ? SIG_DFL : old;                        \
	}
__sighandler_t bsd_signal(int sig, __sighandler_t handler);
DEFINE_SIGNAL(signal)
DEFINE_SIGNAL(bsd_signal)
DEFINE_SIGNAL(ssignal)
DEFINE_SIGNAL(sysv_signal)
DEFINE_SIGNAL(__sysv_signal)
DEFINE_SIGNAL(sigset)
