#include "lib/control.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <ucontext.h>
#include "format/control.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/cut.h"
#include "lib/drain.h"
#include "lib/dump.h"
#include "lib/lifecycle.h"
#include "lib/live.h"
#include "lib/onstack.h"
#include "lib/resume.h"
#include "lib/snapshot.h"
#include "lib/sys.h"
#include "lib/thread.h"
#include "lib/tracer.h"

LT_TOGETHER uint64_t lt_control_next = UINT64_MAX;
LT_TOGETHER static struct {
	struct lt_action other; /* whose the signal would be without us */
	_Atomic int busy;       /* tid of who scans */
	uint64_t live_bytes;    /* at the last scan */
} control;

void lt_control_enter(int sig, siginfo_t *si, void *u);

/* Where the C library's handler is to run instead, it is jumped to, with the mask that it would
 * have had: it may never come back (it unwinds the thread). The restorer is, to the byte, the one
 * by which debuggers and unwinders know a signal's frame. */
__asm__(".pushsection .text\n"
	".hidden lt_control_enter\n"
	".globl lt_control_enter\n"
	".type lt_control_enter, @function\n"
	"lt_control_enter:\n"
	"	.cfi_startproc\n"
	"	pushq %rdi\n	.cfi_adjust_cfa_offset 8\n"
	"	pushq %rsi\n	.cfi_adjust_cfa_offset 8\n"
	"	pushq %rdx\n	.cfi_adjust_cfa_offset 8\n"
	"	call lt_control_signal\n"
	"	popq %rdx\n	.cfi_adjust_cfa_offset -8\n"
	"	popq %rsi\n	.cfi_adjust_cfa_offset -8\n"
	"	popq %rdi\n	.cfi_adjust_cfa_offset -8\n"
	"	testq %rax, %rax\n"
	"	jz 1f\n"
	"	jmp *%rax\n"
	"1:	ret\n"
	"	.cfi_endproc\n"
	".size lt_control_enter, .-lt_control_enter\n"
	"	nop\n"
	".hidden lt_control_return\n"
	".globl lt_control_return\n"
	".type lt_control_return, @function\n"
	"lt_control_return:\n"
	"	movq $15, %rax\n"
	"	syscall\n"
	".size lt_control_return, .-lt_control_return\n"
	".popsection\n");

#define BIT(sig) (UINT64_C(1) << ((sig)-1))

static bool action(struct lt_action *new, struct lt_action *old)
{
	return lt_sys4(SYS_rt_sigaction, LT_CONTROL_SIGNAL, new, old, sizeof(new->mask)) == 0;
}

bool lt_control_ready(void)
{
	struct lt_action now,
		ours = {.handler = (uintptr_t)lt_control_enter,
			.flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK | LT_ACTION_RESTORER,
			.restorer = (uintptr_t)lt_control_return,
			.mask = LT_ACTION_ALL};
	if (atomic_load(&lt_sealed) || !action(NULL, &now))
		return false;
	if (now.handler == ours.handler)
		return true;
	control.other = now;
	return action(&ours, NULL);
}

void lt_control_start(void)
{
	if (!lt_config.live)
		return;
	lt_cut_start();
	lt_control_ready();
	if (lt_config.scan_every)
		lt_control_next =
			lt_clock_mono() + (uint64_t)lt_config.scan_every * UINT64_C(1000000000);
}

/* The scan: */

struct scan {
	struct lt_cut_threads threads;
	const struct lt_moment_thread *self;
	enum ltf_scan_answer answer;
	struct lt_snapshot_when when;
};

/* The threads go on as soon as the copy is there. */
static void copy(void *arg)
{
	struct scan *s = arg;
	s->answer = lt_snapshot_begin(&s->threads, &s->when);
}

static void cut(struct scan *s)
{
	lt_drain(); /* so that little is left for when they stand still */
	lt_cut_stop(&s->threads);
	lt_cut_add(&s->threads, s->self);
	s->answer = LTF_SCAN_AGAIN;
	lt_drain_for(copy, s);
	lt_cut_go();
	lt_header->scan.pause_ns = lt_clock_ns(CLOCK_MONOTONIC) - s->threads.stopped;
}

static void plan_next(void)
{
	if (lt_config.scan_every)
		lt_control_next =
			lt_clock_mono() + (uint64_t)lt_config.scan_every * UINT64_C(1000000000);
	else
		lt_control_next = UINT64_MAX;
	control.live_bytes = lt_live_sum().bytes;
}

static bool take_turn(void)
{
	int me = (int)lt_sys1(SYS_gettid, 0), other = atomic_load(&control.busy);
	if (other && lt_sys2(SYS_tkill, other, 0) == 0)
		return false;
	return atomic_compare_exchange_strong(&control.busy, &other, me);
}

enum ltf_scan_answer lt_control_scan(
	enum ltf_scan_reason reason, const struct lt_moment_thread *self)
{
	struct lt_moment_thread here = {.tid = (int)lt_sys1(SYS_gettid, 0),
		.flags = LT_MOMENT_SP_KNOWN | LT_MOMENT_REGS_KNOWN | LT_MOMENT_TP_KNOWN |
			 LT_MOMENT_IS_SCANNING,
		.tp = (uintptr_t)__builtin_thread_pointer(),
		.sp = lt_slowly_sp(),
		.call = -1};
	struct scan s = {.self = self ? self : &here,
		.when = {.reason = reason, .begun = lt_clock_ns(CLOCK_MONOTONIC)}};
	if (atomic_load(&lt_sealed))
		return LTF_SCAN_SEALED;
	if ((lt_mode != LT_MODE_ON && lt_mode != LT_MODE_PAUSED) ||
		lt_sys1(SYS_getpid, 0) != lt_pid)
		return LTF_SCAN_OFF;
	if (!take_turn())
		return LTF_SCAN_RUNNING;
	if (!lt_snapshot_ended())
		s.answer = LTF_SCAN_RUNNING;
	else
		cut(&s);
	plan_next();
	atomic_store(&control.busy, 0);
	return s.answer;
}

static long tick(void *unused)
{
	(void)unused;
	lt_control_scan(LTF_SCAN_INTERVAL, NULL);
	return 0;
}

void lt_control_tick(void)
{
	struct lt_thread *t = lt_self;
	if (t->internal || t->moving)
		return;
	lt_slowly(tick, NULL);
}

void lt_control_grown(uint64_t live_bytes)
{
	if (lt_config.scan_growth &&
		live_bytes > control.live_bytes + ((uint64_t)lt_config.scan_growth << 20))
		lt_control_next = 0;
}

void lt_control_reset(void)
{
	control.busy = 0;
	control.live_bytes = 0;
	lt_cut_reset();
	lt_control_start();
}

/* The signal: */

static long scan_here(void *arg)
{
	return (long)lt_control_scan(LTF_SCAN_REQUESTED, arg);
}

static bool is_allowed(const siginfo_t *si)
{
	return si->si_uid == 0 || (long)si->si_uid == lt_sys1(SYS_geteuid, 0);
}

static void asked(const siginfo_t *si, ucontext_t *u, bool look_only)
{
	struct lt_moment_thread me = {.tid = (int)lt_sys1(SYS_gettid, 0)};
	long answer = LTF_SCAN_AGAIN;
	if (lt_sealed || (lt_mode != LT_MODE_ON && lt_mode != LT_MODE_PAUSED))
		return;
	if (!lt_self || lt_self->ready != LT_READY)
		lt_thread_enter();
	lt_cut_registers(&me, u, NULL);
	me.flags |= LT_MOMENT_IS_SCANNING;
	if (!is_allowed(si))
		answer = LTF_SCAN_FOREIGN;
	else if (look_only)
		answer = lt_snapshot_ended() ? LTF_SCAN_BEGUN : LTF_SCAN_RUNNING;
	else if (lt_self && !lt_self->moving)
		answer = lt_slowly(scan_here, &me);
	lt_header->scan.answer = answer == LT_SLOW_BUSY ? LTF_SCAN_AGAIN : (uint32_t)answer;
	__atomic_fetch_add(&lt_header->scan.asked, 1, __ATOMIC_RELEASE);
}

static uintptr_t leave_to_other(const ucontext_t *u)
{
	uint64_t mask;
	memcpy(&mask, &u->uc_sigmask, sizeof(mask));
	mask |= control.other.mask | BIT(LT_CONTROL_SIGNAL);
	if (control.other.handler <= (uintptr_t)SIG_IGN)
		return 0;
	lt_sys4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
	return control.other.handler;
}

/* Whose handler is to run, besides; 0: nobody's. */
uintptr_t lt_control_signal(int sig, const siginfo_t *si, ucontext_t *u);
__attribute__((used, visibility("hidden"))) uintptr_t lt_control_signal(
	int sig, const siginfo_t *si, ucontext_t *u)
{
	uint64_t value = (uint64_t)(uintptr_t)si->si_value.sival_ptr;
	(void)sig;
	if (si->si_code != SI_QUEUE)
		return leave_to_other(u);
	if (value >> 32 == LT_CUT_ASKS && si->si_pid == lt_sys1(SYS_getpid, 0)) {
		lt_cut_answer(value, u);
	} else if (value == LTF_CONTROL_SCAN || value == LTF_CONTROL_LOOK) {
		asked(si, u, value == LTF_CONTROL_LOOK);
		lt_resume_call(u, NULL);
	} else {
		return leave_to_other(u);
	}
	return 0;
}
