#include "lib/resume.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include "lib/clock.h"
#include "lib/real.h"
#include "lib/sys.h"

__thread struct lt_wait lt_wait __attribute__((tls_model("initial-exec")));

enum {
	FRAME_MAX = 1024, /* bytes between an entry of ours and the system call */
	TICK_MS = 10,     /* of the coarse clock, at most: a wait ends late rather than early */
	SHORT_MS = 1000,
	CODE_MAX = 512 /* of a function of libc's that waits */
};

/* Where a call has its relative timeout, and as what. Not here: calls that have none, an absolute
 * one, or one that the kernel itself shortens in place (select, pselect6, ppoll). */
enum form { MS, SPEC };
static const struct timed {
	int number;
	uint8_t reg; /* which argument */
	uint8_t form;
	int8_t rest; /* the argument that says where the kernel puts what is left; -1 none */
} timed[] = {{SYS_poll, 2, MS, -1}, {SYS_epoll_wait, 3, MS, -1}, {SYS_epoll_pwait, 3, MS, -1},
	{SYS_epoll_pwait2, 3, SPEC, -1}, {SYS_nanosleep, 0, SPEC, 1},
	{SYS_clock_nanosleep, 2, SPEC, 3}, {SYS_rt_sigtimedwait, 2, SPEC, -1},
	{SYS_semtimedop, 3, SPEC, -1}, {SYS_io_getevents, 4, SPEC, -1}, {SYS_futex, 3, SPEC, -1}};
enum { FUTEX_OPS = 127, TIMED = sizeof(timed) / sizeof(timed[0]) };

static bool is_relative(int number, const uint64_t *arg)
{
	if (number == SYS_clock_nanosleep)
		return !(arg[1] & TIMER_ABSTIME);
	return number != SYS_futex || (arg[1] & FUTEX_OPS) == 0; /* FUTEX_WAIT */
}

static const struct timed *timed_call(int number, const uint64_t *arg)
{
	for (int i = 0; i < TIMED; i++)
		if (timed[i].number == number)
			return is_relative(number, arg) ? &timed[i] : NULL;
	return NULL;
}

/* In milliseconds, or less than 0: for ever. */
static int64_t timeout_of(const struct timed *t, const uint64_t *arg)
{
	if (t->form == MS)
		return (int)arg[t->reg];
	const struct timespec *ts = (const struct timespec *)arg[t->reg];
	return ts ? ts->tv_sec * 1000 + ts->tv_nsec / 1000000 : -1;
}

/* Whether an instruction belongs to one of the functions that hooks_wait.c stands in front of. */
static bool is_noted(uintptr_t pc)
{
	const uintptr_t entry[] = {(uintptr_t)lt_real.poll, (uintptr_t)lt_real.epoll_wait,
		(uintptr_t)lt_real.epoll_pwait, (uintptr_t)lt_real.epoll_pwait2,
		(uintptr_t)lt_real.nanosleep, (uintptr_t)lt_real.clock_nanosleep,
		(uintptr_t)lt_real.sigtimedwait, (uintptr_t)lt_real.semtimedop,
		(uintptr_t)lt_real.syscall};
	for (unsigned i = 0; i < sizeof(entry) / sizeof(entry[0]); i++)
		if (entry[i] && pc - entry[i] < CODE_MAX)
			return true;
	return false;
}

bool lt_resume_may_interrupt(const struct lt_call *c)
{
	const struct timed *t = timed_call(c->number, c->arg);
	if (!t || (t->rest >= 0 && c->arg[t->rest]) || is_noted(c->pc))
		return true;
	int64_t ms = timeout_of(t, c->arg);
	return ms < SHORT_MS;
}

/* The number is mostly loaded just before: mov $number, %eax. */
static int number_at(const uint8_t *code)
{
	int number;
	if (code[-5] != 0xb8 || (code[-6] & 0xf0) == 0x40)
		return -1;
	memcpy(&number, code - 4, sizeof(number));
	return number;
}

/* Another signal's handler is about to run: it has ended the call. */
static bool other_pending(const ucontext_t *u)
{
	uint64_t pending = 0, blocked;
	memcpy(&blocked, &u->uc_sigmask, sizeof(blocked));
	return lt_sys2(SYS_rt_sigpending, &pending, sizeof(pending)) != 0 || (pending & ~blocked);
}

static void set_timeout(const struct timed *t, greg_t *reg, int64_t ms)
{
	uint64_t now = lt_clock_mono();
	int64_t left = ms - (int64_t)((now - lt_wait.since) / 1000000) + TICK_MS;
	left = left < 0 ? 0 : left > ms ? ms : left;
	lt_wait.since = now;
	if (t->form == MS) {
		*reg = (greg_t)left;
		return;
	}
	lt_wait.rest.tv_sec = left / 1000;
	lt_wait.rest.tv_nsec = left % 1000 * 1000000;
	*reg = (greg_t)&lt_wait.rest;
}

/* Where the kernel has a call's arguments. */
static const int places[] = {REG_RDI, REG_RSI, REG_RDX, REG_R10, REG_R8, REG_R9};

static void arguments(const ucontext_t *u, uint64_t arg[6])
{
	for (int i = 0; i < 6; i++)
		arg[i] = (uint64_t)u->uc_mcontext.gregs[places[i]];
}

static void shorten(ucontext_t *u, int number)
{
	greg_t *reg = u->uc_mcontext.gregs;
	uint64_t arg[6];
	arguments(u, arg);
	const struct timed *t = timed_call(number, arg);
	int64_t ms = t ? timeout_of(t, arg) : -1;
	if (ms < 0)
		return;
	if (t->rest >= 0 && arg[t->rest])
		reg[places[t->reg]] = (greg_t)arg[t->rest];
	else if (lt_wait.sp - (uintptr_t)reg[REG_RSP] < FRAME_MAX)
		set_timeout(t, &reg[places[t->reg]], ms);
}

/* The number of the call that has come back with EINTR to here, or -1. */
static int ended_call(const ucontext_t *u, const struct lt_call *seen)
{
	const greg_t *reg = u->uc_mcontext.gregs;
	const uint8_t *code = (const uint8_t *)reg[REG_RIP] - 2;
	if (reg[REG_RAX] != -EINTR || code[0] != 0x0f || code[1] != 0x05)
		return -1;
	bool same = seen && seen->pc == (uintptr_t)reg[REG_RIP] &&
		    seen->sp == (uintptr_t)reg[REG_RSP] && seen->number != SYS_restart_syscall;
	return same ? seen->number : number_at(code);
}

/* One that the kernel takes up again stands before its instruction, with its number loaded. */
bool lt_resume_find(const ucontext_t *u, const struct lt_call *seen, struct lt_call *out)
{
	const greg_t *reg = u->uc_mcontext.gregs;
	const uint8_t *code = (const uint8_t *)reg[REG_RIP];
	*out = (struct lt_call){.number = ended_call(u, seen), .sp = (uintptr_t)reg[REG_RSP]};
	if (out->number < 0 && code[0] == 0x0f && code[1] == 0x05)
		out->number = (int)reg[REG_RAX];
	arguments(u, out->arg);
	return out->number >= 0;
}

void lt_resume_call(ucontext_t *u, const struct lt_call *seen)
{
	greg_t *reg = u->uc_mcontext.gregs;
	int number = ended_call(u, seen);
	if (number < 0 || other_pending(u))
		return;
	shorten(u, number);
	reg[REG_RAX] = number;
	reg[REG_RIP] -= 2;
}
