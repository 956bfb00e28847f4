#include "lib/waiting.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Which argument is the time limit, and as what. */
enum form {
	NONE, /* there is none */
	ALWAYS,
	MS,  /* less than 0: for ever */
	SPEC /* a null pointer: for ever */
};
static const struct wait {
	uint16_t number;
	uint8_t form, arg;
} waits[] = {{SYS_futex, SPEC, 3}, {SYS_read, NONE, 0}, {SYS_readv, NONE, 0}, {SYS_write, NONE, 0},
	{SYS_writev, NONE, 0}, {SYS_recvfrom, NONE, 0}, {SYS_recvmsg, NONE, 0},
	{SYS_recvmmsg, SPEC, 4}, {SYS_sendto, NONE, 0}, {SYS_sendmsg, NONE, 0},
	{SYS_accept, NONE, 0}, {SYS_accept4, NONE, 0}, {SYS_connect, NONE, 0}, {SYS_poll, MS, 2},
	{SYS_ppoll, SPEC, 2}, {SYS_select, SPEC, 4}, {SYS_pselect6, SPEC, 4},
	{SYS_epoll_wait, MS, 3}, {SYS_epoll_pwait, MS, 3}, {SYS_epoll_pwait2, SPEC, 3},
	{SYS_pause, NONE, 0}, {SYS_rt_sigsuspend, NONE, 0}, {SYS_rt_sigtimedwait, SPEC, 2},
	{SYS_wait4, NONE, 0}, {SYS_waitid, NONE, 0}, {SYS_semop, NONE, 0},
	{SYS_semtimedop, SPEC, 3}, {SYS_msgrcv, NONE, 0}, {SYS_msgsnd, NONE, 0},
	{SYS_mq_timedreceive, SPEC, 4}, {SYS_mq_timedsend, SPEC, 4}, {SYS_flock, NONE, 0},
	{SYS_fcntl, NONE, 0}, {SYS_io_getevents, SPEC, 4}, {SYS_nanosleep, ALWAYS, 0},
	{SYS_clock_nanosleep, ALWAYS, 0},
	{SYS_restart_syscall, ALWAYS, 0} /* one that had a limit */};

/* These do other things, too. */
static bool is_wait(int number, const uint64_t *arg)
{
	switch (number) {
	case SYS_futex:
		switch (arg[1] & FUTEX_CMD_MASK) {
		case FUTEX_WAIT:
		case FUTEX_WAIT_BITSET:
		case FUTEX_LOCK_PI:
		case FUTEX_WAIT_REQUEUE_PI:
		case 13: /* FUTEX_LOCK_PI2 */
			return true;
		default:
			return false;
		}
	case SYS_fcntl:
		return arg[1] == F_SETLKW || arg[1] == F_OFD_SETLKW;
	case SYS_wait4:
		return !(arg[2] & WNOHANG);
	case SYS_waitid:
		return !(arg[3] & WNOHANG);
	default:
		return true;
	}
}

static bool is_limited(const struct wait *w, const uint64_t *arg)
{
	return w->form == ALWAYS || (w->form == MS && (int)arg[w->arg] >= 0) ||
	       (w->form == SPEC && arg[w->arg] != 0);
}

enum lt_waiting lt_waiting(int number, const uint64_t arg[6])
{
	for (unsigned i = 0; number >= 0 && i < sizeof(waits) / sizeof(waits[0]); i++) {
		const struct wait *w = &waits[i];
		if (w->number != number)
			continue;
		return !is_wait(number, arg) ? LT_WAITING_NOT
		       : is_limited(w, arg)  ? LT_WAITING_LIMITED
					     : LT_WAITING_FOREVER;
	}
	return LT_WAITING_NOT;
}
