#include "lib/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include "lib/lifecycle.h"
#include "lib/onstack.h"
#include "lib/sys.h"
#include "lib/thread.h"
#include "lib/tracer.h"

/* Sets of numbers. The low ones lie where every process writes in any case. */
enum { LOW = 1024, ALL = 1 << 20, OURS = 2048, BITS = 64, LOOKED_AT = 256 };

typedef _Atomic uint64_t word;
struct set {
	word *low, *high;
};
LT_TOGETHER static word low_open[LOW / BITS], low_ever[LOW / BITS];
static word high_open[(ALL - LOW) / BITS], high_ever[(ALL - LOW) / BITS];
LT_TOGETHER static word ours[OURS / BITS];

/* What is open, and what ever was. */
static const struct set open_now = {low_open, high_open}, open_ever = {low_ever, high_ever};
LT_TOGETHER static unsigned at_first;      /* how many were open when the image began */
LT_TOGETHER static _Atomic unsigned words; /* of open_now, behind which there is nothing */

static word *word_of(const struct set *s, unsigned fd)
{
	return fd < LOW ? &s->low[fd / BITS] : &s->high[(fd - LOW) / BITS];
}

static uint64_t bit_of(unsigned fd)
{
	return 1ull << fd % BITS;
}

static bool has(const struct set *s, unsigned fd)
{
	return fd < ALL && atomic_load_explicit(word_of(s, fd), memory_order_relaxed) & bit_of(fd);
}

static bool is_ours(unsigned fd)
{
	return fd < OURS && ours[fd / BITS] & bit_of(fd);
}

void lt_fd_ours(int fd)
{
	if (fd >= 0 && fd < OURS)
		atomic_fetch_or(&ours[fd / BITS], bit_of((unsigned)fd));
}

/* True: it was open before. */
static bool add(unsigned fd)
{
	if (fd >= ALL)
		return false;
	unsigned need = fd / BITS + 1, seen = atomic_load(&words);
	while (seen < need && !atomic_compare_exchange_weak(&words, &seen, need))
		;
	if (!has(&open_ever, fd))
		atomic_fetch_or(word_of(&open_ever, fd), bit_of(fd));
	if (is_ours(fd)) /* no longer: it has been closed, or replaced */
		atomic_fetch_and(&ours[fd / BITS], ~bit_of(fd));
	return atomic_fetch_or(word_of(&open_now, fd), bit_of(fd)) & bit_of(fd);
}

static void drop(unsigned fd)
{
	if (has(&open_now, fd))
		atomic_fetch_and(word_of(&open_now, fd), ~bit_of(fd));
}

/* Who may be another process than the one whose memory this is. A vfork child runs as the thread
 * that made it, which waits meanwhile. The word behind lt_alive is zeroed in a forked child, too:
 * what its parent has noted is not about it. */
static __thread int vforked_by; /* a process id; 0: no */
static bool cloned;
enum { VFORKED = 1 };

void lt_fds_vfork(void)
{
	if (lt_sealed || lt_mode == LT_MODE_EARLY || lt_mode == LT_MODE_OFF)
		return;
	if (vforked_by && lt_alive[VFORKED]) /* by a vfork child, or it is the same again */
		return;
	vforked_by = (int)lt_sys1(SYS_getpid, 0);
	lt_alive[VFORKED] = 1;
}

void lt_fds_clone(void)
{
	cloned = true;
}

static bool is_another_process(void)
{
	if (lt_sealed)
		return false;
	int pid = (int)lt_sys1(SYS_getpid, 0);
	if (vforked_by && lt_alive[VFORKED] && pid != vforked_by)
		return true;
	vforked_by = 0;
	return cloned && *lt_alive && pid != lt_pid;
}

static unsigned count(void)
{
	unsigned n = 0, end = words;
	for (unsigned i = 0; i < end; i++)
		n += (unsigned)__builtin_popcountll(*word_of(&open_now, i * BITS));
	return n;
}

bool lt_fds_own(void)
{
	return count() > at_first;
}

enum concern { NOT_OURS, KEEP, TELL };

static enum concern concern(void)
{
	const struct lt_thread *t = lt_self;
	if (lt_mode == LT_MODE_EARLY || lt_mode == LT_MODE_OFF || (t && t->internal))
		return NOT_OURS;
	if (__builtin_expect(vforked_by || cloned, 0) && is_another_process())
		return NOT_OURS;
	return *lt_alive && lt_mode != LT_MODE_PAUSED ? TELL : KEEP;
}

static bool is_there(int fd)
{
	return !lt_sealed && lt_sys3(SYS_fcntl, fd, F_GETFD, 0) != -EBADF;
}

unsigned lt_fd_replaces(int fd)
{
	if (fd < 0 || concern() == NOT_OURS)
		return 0;
	bool is_open = has(&open_now, (unsigned)fd) || (!is_ours((unsigned)fd) && is_there(fd));
	return LT_FD_MAY_REPLACE | (is_open ? (unsigned)LTF_FD_REPLACES : 0);
}

bool lt_fds_have_ranges(void)
{
	/* The kernel refuses an empty range, of -1 to 0. */
	return lt_sealed || lt_sys3(SYS_close_range, ~0u, 0, 0) != -ENOSYS;
}

void lt_fd_opened(
	const struct lt_regs *regs, int fd, enum ltf_fd kind, uint64_t detail, unsigned flags)
{
	enum concern c = fd < 0 ? NOT_OURS : concern();
	if (c == NOT_OURS)
		return;
	if (add((unsigned)fd) && flags & LT_FD_MAY_REPLACE)
		flags |= LTF_FD_REPLACES;
	uint64_t args[] = {(unsigned)fd, kind, detail, flags & ~(unsigned)LT_FD_MAY_REPLACE};
	if (c == TELL)
		lt_trace_resource(LTF_RES_FD_OPEN, args, 4, regs);
}

/* A number that was never open, as far as we know, mostly is not: programs that close all that
 * there may be are not worth two events for each. */
static bool was_never_open(unsigned fd)
{
	return is_ours(fd) || !(has(&open_ever, fd) || lt_sealed || is_there((int)fd));
}

/* Of a row of them the first is told. This thread's last one, plus 2; 0: its last close was of
 * another. */
static __thread unsigned swept;

static void tell_sweep(const struct lt_regs *regs, unsigned fd, enum ltf_fd_closer by)
{
	uint64_t args[] = {fd, by, EBADF};
	if (!is_ours(fd) && swept != fd + 1 && swept != fd + 3)
		lt_trace_resource(LTF_RES_FD_CLOSE_FAILED, args, 3, regs);
	swept = fd + 2;
}

bool lt_fd_closing(
	const struct lt_regs *regs, int fd, enum ltf_fd_closer by, const volatile void *object)
{
	enum concern c = fd < 0 ? NOT_OURS : concern();
	if (c == TELL && !has(&open_now, (unsigned)fd) && was_never_open((unsigned)fd)) {
		tell_sweep(regs, (unsigned)fd, by);
		return false;
	}
	swept = 0;
	if (c == NOT_OURS)
		return false;
	drop((unsigned)fd);
	uint64_t args[] = {(unsigned)fd, by, (uintptr_t)object};
	if (c == TELL)
		lt_trace_resource(LTF_RES_FD_CLOSE, args, 3, regs);
	return c == TELL;
}

void lt_fd_not_closed(const struct lt_regs *regs, int fd, enum ltf_fd_closer by, int error)
{
	uint64_t args[] = {(unsigned)fd, by, (unsigned)error};
	if (error != EBADF)
		add((unsigned)fd);
	lt_trace_resource(LTF_RES_FD_CLOSE_FAILED, args, 3, regs);
}

void lt_fd_closing_range(const struct lt_regs *regs, unsigned first, unsigned last)
{
	enum concern c = first > last ? NOT_OURS : concern();
	if (c == NOT_OURS)
		return;
	unsigned end = words * BITS;
	for (unsigned fd = first; fd <= last && fd < end; fd++)
		drop(fd);
	uint64_t args[] = {first, last};
	if (c == TELL)
		lt_trace_resource(LTF_RES_FD_CLOSE_RANGE, args, 2, regs);
}

void lt_fd_stream(const struct lt_regs *regs, int fd, const void *object)
{
	uint64_t args[] = {(unsigned)fd, (uintptr_t)object};
	if (fd >= 0 && concern() == TELL)
		lt_trace_resource(LTF_RES_FD_STREAM, args, 2, regs);
}

/* One call tells of all low numbers which are not open. Others are seldom inherited: shells use
 * numbers up to 255, and scripts such. The kernel refuses to look at more than there may be. */
void lt_fds_look(void)
{
	struct pollfd p[LOOKED_AT];
	unsigned n = LOOKED_AT;
	for (unsigned i = 0; i < n; i++)
		p[i] = (struct pollfd){.fd = (int)i};
	while (n && lt_sys3(SYS_poll, p, n, 0) < 0)
		n /= 2;
	for (unsigned i = 0; i < n; i++)
		if (!(p[i].revents & POLLNVAL))
			add(i);
	at_first = count();
}

/* The first number from fd on that is open, or, with flip all ones, that is not. */
static unsigned next(unsigned fd, unsigned end, uint64_t flip)
{
	while (fd < end) {
		uint64_t left = (*word_of(&open_now, fd) ^ flip) >> fd % BITS;
		if (left)
			return fd + (unsigned)__builtin_ctzll(left);
		fd = (fd / BITS + 1) * BITS;
	}
	return end;
}

void lt_fds_tell(void)
{
	unsigned end = words * BITS, behind;
	for (unsigned fd = next(0, end, 0); fd < end; fd = next(behind, end, 0)) {
		behind = next(fd, end, ~0ull);
		uint64_t args[] = {fd, behind - 1};
		lt_trace_resource(LTF_RES_FD_INHERITED, args, 2, NULL);
	}
}
