#include "lib/cut.h"

#include <fcntl.h>
#include <dlfcn.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/lifecycle.h"
#include "lib/real.h"
#include "lib/resume.h"
#include "lib/say.h"
#include "lib/sys.h"
#include "lib/thread.h"

enum {
	THREADS = 8192,
	PARKED_MS = 5000,  /* at most */
	PATIENCE_MS = 100, /* without an answer */
	LONG_PATIENCE_MS = 600,
	NAP_US = 500,
	BUSY_TURNS = 4, /* of a nap each */
	TRIES = 20,
	RED_ZONE = 128,
	LIST = 16 << 10 /* bytes */
};

enum state { NOT_ASKED, ASKED, ANSWERING, PARKED, BUSY };

struct place {
	_Atomic uint32_t state;
	int tid;
	bool moves;          /* a block: it has said so */
	bool helper;         /* the C library's, for timers: it is not asked */
	struct lt_call call; /* seen before it was asked */
	struct lt_moment_thread seen;
};

static struct {
	_Atomic uint32_t moment; /* odd: threads are to stand still */
	_Atomic uint32_t answers;
	struct place *place; /* THREADS of them; never unmapped: late answers come here */
	struct lt_moment_thread *thread;
	uint32_t n, asked;
	uint64_t since;
	uintptr_t libc_low, libc_size;
} stop;

/* A directory has a link for each directory in it, and two more. */
uint32_t lt_cut_tasks(void)
{
	struct stat st;
	long r = lt_sys4(SYS_newfstatat, AT_FDCWD, "/proc/self/task", &st, 0);
	return r == 0 && st.st_nlink > 2 ? (uint32_t)st.st_nlink - 2 : 0;
}

bool lt_cut_is_alone(void)
{
	return lt_cut_tasks() == 1;
}

/* Below the stack pointer a function that calls no other may have something. Those of the C
 * library's that make a system call have nothing there that is not in their arguments. */
static uintptr_t alive_from(uintptr_t sp, uintptr_t pc)
{
	const uint8_t *code = (const uint8_t *)pc;
	bool calls =
		pc - stop.libc_low < stop.libc_size &&
		((code[-2] == 0x0f && code[-1] == 0x05) || (code[0] == 0x0f && code[1] == 0x05));
	return sp - (calls ? 0 : RED_ZONE);
}

void lt_cut_start(void)
{
	struct dl_find_object o;
	if (lt_real._exit && _dl_find_object((void *)lt_real._exit, &o) == 0) {
		stop.libc_low = (uintptr_t)o.dlfo_map_start;
		stop.libc_size = (uintptr_t)o.dlfo_map_end - stop.libc_low;
	}
}

static void note_call(struct lt_moment_thread *t, const struct lt_call *c)
{
	t->call = c->number;
	t->waiting = lt_waiting(c->number, c->arg);
	t->call_arg = c->arg[0];
}

void lt_cut_registers(struct lt_moment_thread *t, const ucontext_t *u, const struct lt_call *seen)
{
	struct lt_call c;
	const greg_t *reg = u->uc_mcontext.gregs;
	_Static_assert((int)REG_RIP == (int)LT_MOMENT_REGS, "r8 to rsp come first");
	for (int i = 0; i < LT_MOMENT_REGS; i++)
		t->reg[i] = i == REG_RSP ? 0 : (uint64_t)reg[i];
	t->sp = alive_from((uintptr_t)reg[REG_RSP], (uintptr_t)reg[REG_RIP]);
	t->pc = (uintptr_t)reg[REG_RIP];
	t->pc_sp = (uintptr_t)reg[REG_RSP];
	t->tp = (uintptr_t)__builtin_thread_pointer();
	t->flags = LT_MOMENT_SP_KNOWN | LT_MOMENT_REGS_KNOWN | LT_MOMENT_TP_KNOWN;
	lt_resume_find(u, seen, &c);
	note_call(t, &c);
}

/* In a thread that was asked: */

static void wait_until_over(uint32_t moment)
{
	struct timespec nap = {.tv_nsec = 50000000};
	uint64_t start = 0;
	while (atomic_load(&stop.moment) == moment && !lt_clock_over(&start, PARKED_MS))
		lt_sys4(SYS_futex, &stop.moment, FUTEX_WAIT_PRIVATE, moment, &nap);
}

static void answer(struct place *p, enum state how)
{
	atomic_store(&p->state, how);
	atomic_fetch_add(&stop.answers, 1);
	lt_sys3(SYS_futex, &stop.answers, FUTEX_WAKE_PRIVATE, 1);
}

/* A block that is being moved is known at neither of its places. */
static bool is_moving_a_block(void)
{
	const struct lt_thread *t = lt_self;
	return t && t->ready == LT_READY && t->moving;
}

void lt_cut_answer(uint64_t value, ucontext_t *u)
{
	uint32_t i = (uint32_t)value, moment = atomic_load(&stop.moment), asked = ASKED;
	struct place *p = i < THREADS && stop.place ? &stop.place[i] : NULL;
	struct lt_call seen = {.number = -1};
	if (p && moment % 2 && atomic_compare_exchange_strong(&p->state, &asked, ANSWERING)) {
		if (p->tid != (int)lt_sys1(SYS_gettid, 0)) {
			atomic_store(&p->state, ASKED); /* late: the place is another thread's */
		} else if (is_moving_a_block()) {
			answer(p, BUSY);
		} else {
			seen = p->call;
			lt_cut_registers(&p->seen, u, &seen);
			answer(p, PARKED);
			wait_until_over(moment);
		}
	}
	lt_resume_call(u, &seen);
}

/* In the thread that asks: */

static size_t read_of(int tid, const char *file, char *buf, size_t room)
{
	char path[64];
	lt_format(path, sizeof(path), "/proc/self/task/%d/%s", tid, file);
	int fd = (int)lt_sys4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	long n = fd < 0 ? fd : lt_sys3(SYS_read, fd, buf, room - 1);
	if (fd >= 0)
		lt_sys1(SYS_close, fd);
	n = n < 0 ? 0 : n;
	buf[n] = 0;
	return (size_t)n;
}

static const char *number(const char *p, uint64_t *v)
{
	bool hex = p[0] == '0' && p[1] == 'x';
	for (p += hex ? 2 : 0, *v = 0; *p && *p != ' ' && *p != '\n'; p++)
		*v = *v * (hex ? 16 : 10) + (uint64_t)(*p <= '9' ? *p - '0' : *p - 'a' + 10);
	return *p == ' ' ? p + 1 : p;
}

/* "running", or "-1 sp pc" (not in a call), or "number arg... sp pc". */
static bool read_call(int tid, struct lt_call *c)
{
	char text[256];
	uint64_t v, sp, pc;
	*c = (struct lt_call){.number = -1};
	if (!read_of(tid, "syscall", text, sizeof(text)) || text[0] < '-' || text[0] > '9')
		return false;
	const char *p = text;
	if (*p == '-') {
		p = number(p + 1, &v);
	} else {
		p = number(p, &v);
		c->number = (int)v;
		for (int i = 0; i < 6; i++)
			p = number(p, &c->arg[i]);
	}
	number(number(p, &sp), &pc);
	c->sp = sp;
	c->pc = pc;
	return sp != 0;
}

/* The first thread stays, as a zombie, when it has ended before the others. */
static bool has_ended(int tid)
{
	char text[128];
	if (!read_of(tid, "stat", text, sizeof(text)))
		return true;
	const char *p = strrchr(text, ')');
	return p && (p[2] == 'Z' || p[2] == 'X');
}

static void ask(struct place *p)
{
	uint32_t i = (uint32_t)(p - stop.place);
	siginfo_t info;
	memset(&info, 0, sizeof(info));
	info.si_signo = LT_CONTROL_SIGNAL;
	info.si_code = SI_QUEUE;
	info.si_pid = (pid_t)lt_sys1(SYS_getpid, 0);
	info.si_value.sival_ptr = (void *)(LT_CUT_ASKS << 32 | i);
	atomic_store(&p->state, ASKED);
	if (lt_sys4(SYS_rt_tgsigqueueinfo, info.si_pid, p->tid, LT_CONTROL_SIGNAL, &info) == 0)
		stop.asked++;
	else
		atomic_store(&p->state, NOT_ASKED);
}

/* The first thread has ended before the others: it gets signals, and answers none. */
static bool is_left_of_first(int tid, bool in_call)
{
	return !in_call && tid == lt_pid && has_ended(tid);
}

/* The C library's thread for SIGEV_THREAD waits for signal 32, which no program can wait for, and
 * handles none. It has nothing of the program's but on its stack. */
static bool is_helper(const struct lt_call *c)
{
	uint64_t set = 0;
	struct {
		void *base;
		size_t len;
	} here = {&set, sizeof(set)}, there = {(void *)(uintptr_t)c->arg[0], sizeof(set)};
	return c->number == SYS_rt_sigtimedwait &&
	       lt_sys6(SYS_process_vm_readv, lt_sys1(SYS_getpid, 0), &here, 1, &there, 1, 0) ==
		       sizeof(set) &&
	       (set >> (LT_CONTROL_SIGNAL - 1) & 1);
}

static void add_thread(int tid, bool ready)
{
	for (uint32_t i = 0; i < stop.n; i++)
		if (stop.place[i].tid == tid)
			return;
	if (stop.n == THREADS - 1)
		return;
	struct place *p = &stop.place[stop.n++];
	p->tid = tid;
	p->moves = false;
	p->seen = (struct lt_moment_thread){.tid = tid, .call = -1};
	atomic_store(&p->state, NOT_ASKED);
	bool called = read_call(tid, &p->call);
	p->helper = called && is_helper(&p->call);
	if (ready && !p->helper && !is_left_of_first(tid, called) &&
		(!called || lt_resume_may_interrupt(&p->call)))
		ask(p);
}

/* Adds the threads that are not known yet. */
static void list(int me, bool ready)
{
	struct entry {
		uint64_t ino, off;
		unsigned short len;
		unsigned char type;
		char name[];
	};
	char buf[LIST];
	int fd = (int)lt_sys4(
		SYS_openat, AT_FDCWD, "/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	long n;
	while ((n = lt_sys3(SYS_getdents64, fd, buf, sizeof(buf))) > 0)
		for (long at = 0; at < n; at += ((struct entry *)(buf + at))->len) {
			uint64_t tid;
			number(((struct entry *)(buf + at))->name, &tid);
			if (((struct entry *)(buf + at))->name[0] != '.' && (int)tid != me)
				add_thread((int)tid, ready);
		}
	if (fd >= 0)
		lt_sys1(SYS_close, fd);
}

/* Asks those again that were moving a block. How many have not parked. */
static uint32_t missing(uint32_t *busy)
{
	uint32_t n = 0;
	*busy = 0;
	for (uint32_t i = 0; i < stop.n; i++) {
		enum state s = atomic_load(&stop.place[i].state);
		if (s == BUSY) {
			stop.place[i].moves = true;
			ask(&stop.place[i]);
			++*busy;
		}
		n += s == ASKED || s == ANSWERING || s == BUSY;
	}
	return n;
}

/* Whether those that move a block wait for a lock. */
static bool are_waiting(void)
{
	struct lt_call c;
	for (uint32_t i = 0; i < stop.n; i++)
		if (atomic_load(&stop.place[i].state) != PARKED &&
			read_call(stop.place[i].tid, &c) && c.number == SYS_futex)
			return true;
	return false;
}

/* Whether all that have not parked only wait for a processor, or are about to be done. */
static bool are_runnable(void)
{
	char text[256];
	for (uint32_t i = 0; i < stop.n; i++)
		if (atomic_load(&stop.place[i].state) == ASKED && !stop.place[i].moves &&
			(!read_of(stop.place[i].tid, "syscall", text, sizeof(text)) ||
				text[0] != 'r'))
			return false;
	return true;
}

/* False: one that moves a block does not come to its end, because another that has parked holds
 * what it waits for. */
static bool wait_for_answers(void)
{
	struct timespec nap = {.tv_nsec = NAP_US * 1000};
	uint64_t idle = 0;
	uint32_t had = UINT32_MAX, n, busy = 0, turns = 0;
	for (;;) {
		uint32_t answers = atomic_load(&stop.answers);
		if (!(n = missing(&busy)))
			return true;
		if (n < had)
			idle = 0;
		had = n;
		turns = n == busy ? turns + 1 : 0;
		if (turns > BUSY_TURNS && n < stop.n && are_waiting())
			return false;
		if (lt_clock_over(&idle, PATIENCE_MS) &&
			(lt_clock_over(&idle, LONG_PATIENCE_MS) || !are_runnable()))
			return true;
		if (busy)
			lt_sys2(SYS_nanosleep, &nap, NULL); /* they must come to run */
		else
			lt_sys4(SYS_futex, &stop.answers, FUTEX_WAIT_PRIVATE, answers, &nap);
	}
}

/* A thread that has not parked: what the kernel says of it. False: it has ended. */
static bool look_at(struct place *p)
{
	struct lt_call c;
	if (has_ended(p->tid))
		return false;
	if (read_call(p->tid, &c)) {
		p->seen.sp = c.number < 0 ? c.sp - RED_ZONE : alive_from(c.sp, c.pc);
		p->seen.pc = c.pc;
		p->seen.pc_sp = c.sp;
		p->seen.flags = LT_MOMENT_SP_KNOWN;
		for (int i = 0; i < 6; i++)
			p->seen.reg[i] = c.arg[i];
		note_call(&p->seen, &c);
	}
	return true;
}

static void gather(struct lt_cut_threads *out)
{
	for (uint32_t i = 0; i < stop.n; i++) {
		struct place *p = &stop.place[i];
		bool parked = atomic_load(&p->state) == PARKED;
		if (!parked && !look_at(p))
			continue;
		if (!parked && p->helper)
			p->seen.flags |= LT_MOMENT_HELPER;
		out->unknown += !parked && !p->helper;
		stop.thread[out->n++] = p->seen;
	}
}

static bool prepare(void)
{
	enum { LEN = THREADS * (sizeof(struct place) + sizeof(struct lt_moment_thread)) };
	if (stop.place)
		return true;
	struct place *p = lt_sys_map(lt_sys_pages(LEN), false);
	if (p)
		stop.thread = (struct lt_moment_thread *)(p + THREADS);
	stop.place = p;
	return p != NULL;
}

/* Threads may be started meanwhile: the list is whole when all on it stand still. */
static bool stop_all(int me, bool ready)
{
	enum { ROUNDS = 20 };
	stop.n = stop.asked = 0;
	if (ready)
		atomic_fetch_or(&stop.moment, 1);
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t before = stop.n;
		list(me, ready);
		if (stop.n == before)
			return true;
		if (!wait_for_answers())
			return false;
	}
	return true;
}

static void let_go(void)
{
	if (atomic_load(&stop.moment) % 2 == 0)
		return;
	atomic_fetch_add(&stop.moment, 1);
	lt_sys3(SYS_futex, &stop.moment, FUTEX_WAKE_PRIVATE, INT_MAX);
}

void lt_cut_stop(struct lt_cut_threads *out)
{
	struct timespec nap = {.tv_nsec = NAP_US * 1000};
	*out = (struct lt_cut_threads){.stopped = lt_clock_ns(CLOCK_MONOTONIC)};
	if (!prepare())
		return;
	out->thread = stop.thread;
	stop.n = 0;
	stop.since = lt_clock_mono();
	if (lt_cut_is_alone())
		return;
	bool ready = lt_control_ready();
	int me = (int)lt_sys1(SYS_gettid, 0);
	for (int tries = 1; !stop_all(me, ready) && tries < TRIES; tries++) {
		let_go();
		lt_sys2(SYS_nanosleep, &nap, NULL);
		stop.since = lt_clock_mono();
		out->stopped = lt_clock_ns(CLOCK_MONOTONIC);
	}
	gather(out);
}

void lt_cut_add(struct lt_cut_threads *out, const struct lt_moment_thread *t)
{
	if (stop.thread)
		stop.thread[out->n++] = *t;
}

bool lt_cut_go(void)
{
	let_go();
	return !lt_clock_over(&stop.since, PARKED_MS);
}

void lt_cut_reset(void)
{
	stop.moment &= ~1u;
}
