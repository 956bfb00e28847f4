#include "lib/snapshot.h"

#include <fcntl.h>
#include <link.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "format/file.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/cut.h"
#include "lib/dump.h"
#include "lib/fatal.h"
#include "lib/inplace.h"
#include "lib/judge.h"
#include "lib/live.h"
#include "lib/mapped.h"
#include "lib/onstack.h"
#include "lib/quick.h"
#include "lib/sys.h"
#include "lib/tell.h"
#include "lib/timers.h"
#include "lib/tell_fds.h"
#include "lib/tracer.h"
#include "lib/unwind.h"

enum {
	WAIT_MS = 20,
	FIRST_NAP = 100000,
	LONGEST_MS = 120000,
	FRAMES = 12,
	WCLONE = (int)0x80000000
};

static struct {
	bool called;
	uintptr_t main_sp; /* 0: not known */
	struct lt_moment moment;
	struct lt_cut_threads threads; /* at the end of the process */
	struct lt_room room;           /* of the dump, for the copy's records */
	long pid;                      /* of the process */
	long copy;                     /* of the last one that was not waited for; 0 none */
	uint64_t begun, stopped;       /* ns; stopped: when the threads began to stand still */
	bool threads_unknown;
	/* The end by a signal: where the thread is; whether it was moving a block. */
	bool by_signal, moving;
	struct lt_moment_thread self;
} cut;

extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

void lt_snapshot_main(uintptr_t sp)
{
	cut.main_sp = sp;
}

static bool is_ours(uintptr_t pc)
{
	const char *base = (const char *)&__ehdr_start;
	const ElfW(Phdr) *ph = (const void *)(base + __ehdr_start.e_phoff);
	for (unsigned i = 0; i < __ehdr_start.e_phnum; i++)
		if (ph[i].p_type == PT_LOAD && pc - (uintptr_t)base - ph[i].p_vaddr < ph[i].p_memsz)
			return true;
	return false;
}

/* Up to where the stack is dead, from sp on: the frames of what ends the process, when they are all
 * the C library's, lie over what earlier calls have left there. That is up to main's caller, if
 * main has returned and only the outermost frame is left; or to the caller of exit. */
static uintptr_t dead_end(uintptr_t sp, const struct lt_regs *regs)
{
	const struct lt_caller *c = &lt_exit_caller;
	struct lt_stack_bounds bounds = {0};
	struct lt_frame f[FRAMES];
	enum lt_walk how;
	unsigned n = lt_unwind(&bounds, regs, f, FRAMES, &how), i = 0, libc;
	while (i < n && is_ours(f[i].pc))
		i++;
	for (libc = i; i < n && f[i].module == f[libc].module; i++)
		;
	if (cut.main_sp > sp && how == LT_WALK_ROOT && i - libc >= 2 && i + 1 == n)
		return cut.main_sp;
	if (i == n || f[i].pc != c->pc || c->sp <= sp ||
		c->tp != (uintptr_t)__builtin_thread_pointer())
		return sp;
	cut.moment.caller = c;
	return c->sp;
}

void lt_snapshot_end(uintptr_t sp, const struct lt_regs *regs)
{
	if (lt_config.scan == LT_SCAN_NONE)
		return;
	cut.called = true;
	cut.moment.dead_low = sp;
	cut.moment.dead_high = dead_end(sp, regs);
	cut.moment.own_tid = (int)lt_sys1(SYS_gettid, 0);
	cut.moment.own_pc = regs->ip;
	cut.moment.own_sp = regs->sp;
	cut.moment.own_bp = regs->bp;
}

/* The sites of a parent's blocks are not its child's. */
static void add_block(void *unused, const struct lt_live_block *b)
{
	bool foreign = b->earlier && lt_header->origin == LTF_ORIGIN_FORK;
	(void)unused;
	/* It may have been released, and its memory be a part of another one. */
	if (b->earlier && (cut.moment.coverage & LT_SCAN_BLOCKS_UNKNOWN))
		return;
	lt_judge_add(b->addr, b->size, foreign ? LTF_SITE_NONE : b->site, b->birth,
		b->earlier ? LT_SCAN_INHERITED : 0);
}

/* In the copy: */

static _Noreturn void leave(int status)
{
	for (;;)
		lt_sys1(SYS_exit_group, status);
}

/* What is made at the end ends with the process. What is made in between has limits of processor
 * time and, for a machine with much else to do, of more time. */
static void end_in_time(bool with_process)
{
	struct itimerval work = {.it_value.tv_sec = LONGEST_MS / 1000},
			 all = {.it_value.tv_sec = LONGEST_MS / 1000 * 5};
	uint64_t none[4] = {0}, both = UINT64_C(1) << (SIGALRM - 1) | UINT64_C(1) << (SIGPROF - 1);
	if (with_process) {
		lt_sys2(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
		if (lt_sys1(SYS_getppid, 0) != cut.pid)
			leave(1);
		return;
	}
	lt_sys4(SYS_rt_sigaction, SIGALRM, none, NULL, 8);
	lt_sys4(SYS_rt_sigaction, SIGPROF, none, NULL, 8);
	lt_sys3(SYS_setitimer, ITIMER_PROF, &work, NULL);
	lt_sys3(SYS_setitimer, ITIMER_REAL, &all, NULL);
	lt_sys4(SYS_rt_sigprocmask, SIG_UNBLOCK, &both, NULL, 8);
}

/* It holds nobody's pipe open, calls none of the program's handlers, and is
 * the first to go when memory is short. */
static void become_copy(void)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};
	uint64_t none[4] = {0}; /* the default */
	int dump = lt_dump_descriptor();
	if (dump > 0)
		lt_sys3(SYS_close_range, 0, dump - 1, 0);
	lt_sys3(SYS_close_range, dump + 1, ~0u, 0);
	for (unsigned i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		lt_sys4(SYS_rt_sigaction, faults[i], none, NULL, 8);
	int fd = (int)lt_sys4(
		SYS_openat, AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC, 0);
	if (fd >= 0) {
		lt_sys3(SYS_write, fd, "1000", 4);
		lt_sys1(SYS_close, fd);
	}
}

/* A thread may hold anything in its registers. */
static void doubt(struct lt_scan *s)
{
	for (uint32_t i = 0; i < s->n_blocks; i++)
		if (s->blocks[i].verdict == LT_SCAN_DEFINITE ||
			s->blocks[i].verdict == LT_SCAN_INDIRECT)
			s->blocks[i].verdict = LT_SCAN_POSSIBLE;
	for (int i = LT_SCAN_INDIRECT; i <= LT_SCAN_DEFINITE; i++) {
		s->count[LT_SCAN_POSSIBLE] += s->count[i];
		s->bytes[LT_SCAN_POSSIBLE] += s->bytes[i];
		s->count[i] = s->bytes[i] = 0;
	}
	s->coverage |= LTF_SCAN_REGISTERS_UNKNOWN;
}

/* For who waits for it, in the header. */
static void conclude(const struct lt_scan *s, bool told)
{
	struct ltf_scan_state *h = &lt_header->scan;
	for (int i = 0; i < 4; i++) {
		h->blocks[i] = s->count[LT_SCAN_REACHABLE + i];
		h->bytes[i] = s->bytes[LT_SCAN_REACHABLE + i];
	}
	h->words = s->words_read;
	h->room_used = lt_dump_room_used();
	h->cpu_ns = lt_clock_ns(CLOCK_THREAD_CPUTIME_ID);
	h->wall_ns = lt_clock_ns(CLOCK_MONOTONIC) - cut.begun;
	h->failed += !told;
	__atomic_store_n(&h->ended, h->begun, __ATOMIC_RELEASE);
}

static _Noreturn void judge_and_tell(bool with_process)
{
	uint64_t pause = lt_clock_ns(CLOCK_MONOTONIC) - cut.stopped;
	end_in_time(with_process);
	lt_tell_fds_read();
	cut.moment.process = cut.pid;
	become_copy();
	lt_live_each(add_block, NULL);
	struct lt_channel *c = lt_sys_map(lt_sys_pages(sizeof(*c)), false);
	const struct lt_scan *s = c ? lt_judge(&cut.moment) : NULL;
	if (!s)
		leave(1);
	if (cut.threads_unknown)
		doubt((struct lt_scan *)s);
	lt_dump_move_in(&cut.room);
	lt_tell_figure(LTF_SCAN_PAUSE_US,
		(lt_header->scan.pause_ns ? lt_header->scan.pause_ns : pause) / 1000);
	bool told = lt_tell(c, s, &cut.moment);
	conclude(s, told);
	leave(!told);
}

/* In the process: */

/* Who sends a second signal does not want to wait. */
static bool is_in_a_hurry(void)
{
	uint64_t set = 0;
	return cut.by_signal && lt_sys2(SYS_rt_sigpending, &set, sizeof(set)) == 0 &&
	       (set & LT_FATAL_SIGNALS);
}

/* Until the copy has ended, or has taken too long. True: it has told all. */
static bool wait_for_copy(long pid)
{
	struct timespec nap = {.tv_nsec = FIRST_NAP};
	uint64_t start = 0;
	int status = -1;
	while (lt_sys4(SYS_wait4, pid, &status, WCLONE | WNOHANG, NULL) == 0) {
		if (lt_clock_over(&start, LONGEST_MS) || is_in_a_hurry()) {
			lt_sys2(SYS_kill, pid, SIGKILL);
			lt_sys4(SYS_wait4, pid, NULL, WCLONE, NULL);
			return false;
		}
		lt_sys2(SYS_nanosleep, &nap, NULL);
		if (nap.tv_nsec < WAIT_MS * 1000000)
			nap.tv_nsec += nap.tv_nsec;
	}
	return status == 0;
}

/* Bytes: at most, and mostly a tenth of it. What does not fit of a graph is left out. */
enum {
	ROOM_LEAST = 256 << 10,
	ROOM_BLOCK = 72,
	ROOM_GRAPH = 1 << 20,
	ROOM_GRAPH_BLOCK = 48,
	ROOM_THREAD = 1 << 10,
	ROOM_TIMER = 32
};

static uint64_t room_for(uint64_t blocks, uint32_t threads)
{
	uint64_t graph = lt_config.graph ? ROOM_GRAPH + ROOM_GRAPH_BLOCK * blocks : 0;
	return ROOM_LEAST + ROOM_BLOCK * blocks + graph + ROOM_THREAD * threads +
	       ROOM_TIMER * lt_judge_told().n_timers;
}

/* The copy has no exit signal: nobody is told of its end. Its pid; less than 0: there is none. */
static long make_copy(const struct lt_cut_threads *t, uint64_t blocks, enum ltf_scan_reason reason)
{
	bool with_process = reason == LTF_SCAN_AT_EXIT || reason == LTF_SCAN_SIGNAL;
	struct ltf_scan_state *h = &lt_header->scan;
	cut.moment.thread = t->thread;
	cut.moment.n_threads = t->n;
	cut.stopped = t->stopped;
	lt_judge_gather();
	if (!lt_dump_room(&cut.room, room_for(blocks, t->n)))
		return 0;
	h->room_used = cut.room.start;
	h->threads = t->n + (reason == LTF_SCAN_AT_EXIT);
	h->unknown = t->unknown;
	h->pause_ns = 0;
	h->begun++;
	cut.threads_unknown = t->unknown;
	lt_tell_begin(reason);
	cut.pid = lt_sys1(SYS_getpid, 0);
	long pid = lt_syscall6(SYS_clone, 0, 0, 0, 0, 0, 0);
	if (pid == 0)
		judge_and_tell(with_process);
	if (pid < 0) {
		h->failed++;
		h->ended = h->begun;
	}
	return pid;
}

static enum ltf_scan_reason reason_of_end(void)
{
	return cut.by_signal ? LTF_SCAN_SIGNAL : LTF_SCAN_AT_EXIT;
}

static enum ltf_scan_end judge_in_copy(uint64_t blocks)
{
	long pid = make_copy(&cut.threads, blocks, reason_of_end());
	lt_cut_go();
	lt_header->scan.pause_ns = lt_clock_ns(CLOCK_MONOTONIC) - cut.stopped;
	bool told = pid > 0 && wait_for_copy(pid);
	if (pid)
		lt_dump_room_close(&cut.room, lt_header->scan.room_used);
	return pid < 0 ? LTF_END_NO_COPY : told ? LTF_END_SCANNED : LTF_END_UNFINISHED;
}

/* LTF_END_NONE: it could not be done. */
static enum ltf_scan_end judge_here(uint64_t blocks, bool whatever_size)
{
	enum ltf_scan_end end = LTF_END_NONE;
	if (lt_judge_begin(blocks)) {
		if (lt_timers_made)
			lt_judge_gather();
		lt_tell_begin(reason_of_end());
		lt_live_each(add_block, NULL);
		end = lt_inplace(&cut.moment, whatever_size);
	}
	lt_judge_end();
	return end;
}

static enum ltf_scan_end judge_in_place(const struct lt_live_sum *live)
{
	enum ltf_scan_end end = LTF_END_NONE;
	uint64_t blocks = live->blocks + live->earlier_blocks;
	if (cut.threads.unknown || !lt_inplace_fits(blocks, live->bytes + live->earlier_bytes))
		return end;
	if (!lt_timers_made && !lt_mapped_any() && lt_quick_fits(live, &cut.moment))
		end = lt_quick(live, &cut.moment, reason_of_end());
	return end == LTF_END_NONE ? judge_here(blocks, false) : end;
}

/* No copy can be made: nobody else may write here meanwhile. */
static enum ltf_scan_end judge_all_the_same(uint64_t blocks)
{
	enum ltf_scan_end end = LTF_END_NONE;
	if (!cut.threads.unknown && lt_cut_is_alone())
		end = judge_here(blocks, true);
	return end == LTF_END_NONE ? LTF_END_NO_COPY : end;
}

/* A process that forks again and again would wait for each child as long as for a scan of its own.
 */
static bool is_mostly_inherited(const struct lt_live_sum *live)
{
	enum { MANY = 1 << 17, SHARE = 16 };
	return lt_header->origin == LTF_ORIGIN_FORK && live->earlier_blocks > MANY &&
	       live->blocks < live->earlier_blocks / SHARE;
}

static enum ltf_scan_end judge(const struct lt_live_sum *live)
{
	uint64_t blocks = live->blocks + live->earlier_blocks;
	lt_header->scan.at_end = LTF_END_UNFINISHED;
	enum ltf_scan_end result = judge_in_place(live);
	if (result != LTF_END_NONE)
		return result;
	result = LTF_END_NO_COPY;
	if (is_mostly_inherited(live))
		return LTF_END_INHERITED;
	if (blocks < UINT32_MAX / 2 && lt_judge_begin(blocks))
		result = judge_in_copy(blocks);
	lt_judge_end();
	return result == LTF_END_NO_COPY ? judge_all_the_same(blocks) : result;
}

void lt_snapshot_stop(void)
{
	if (cut.copy)
		wait_for_copy(cut.copy);
	cut.copy = 0;
	cut.begun = lt_clock_ns(CLOCK_MONOTONIC);
	if (!cut.called || lt_sealed)
		return;
	lt_cut_stop(&cut.threads);
	if (cut.by_signal)
		lt_cut_add(&cut.threads, &cut.self);
	cut.threads.unknown += cut.by_signal && cut.moving;
	cut.moment.thread = cut.threads.thread;
	cut.moment.n_threads = cut.threads.n;
}

void lt_snapshot_end_here(const struct lt_moment_thread *self, bool moving)
{
	if (lt_config.scan == LT_SCAN_NONE)
		return;
	cut.called = cut.by_signal = true;
	cut.self = *self;
	cut.moving = moving;
}

/* What is known of the blocks. */
static struct lt_live_sum ask_live(void)
{
	struct lt_live_sum live = lt_live_sum();
	bool missed = lt_header->lost[LTF_LOST_EVENTS] || lt_header->lost[LTF_LOST_NESTED];
	cut.moment.coverage =
		(live.unknown ? LT_SCAN_BLOCKS_UNKNOWN : 0) | (missed ? LT_SCAN_EVENTS_MISSED : 0);
	return live;
}

void lt_snapshot_take(void)
{
	if (!cut.called || lt_sealed)
		return;
	struct lt_live_sum live = ask_live();
	if (!live.complete)
		lt_header->scan.at_end = LTF_END_BLOCKS;
	else if (live.blocks == 0 && !lt_mapped_any() && !lt_numbered && !lt_timers_made)
		lt_header->scan.at_end = LTF_END_NOTHING;
	else
		lt_header->scan.at_end = judge(&live);
}

enum ltf_scan_answer lt_snapshot_begin(
	const struct lt_cut_threads *t, const struct lt_snapshot_when *when)
{
	struct lt_live_sum live = ask_live();
	uint64_t blocks = live.blocks + live.earlier_blocks;
	if (!live.complete)
		return LTF_SCAN_OFF;
	if (blocks >= UINT32_MAX / 2 || !lt_judge_begin(blocks + 1))
		return LTF_SCAN_NO_COPY;
	cut.moment.dead_low = cut.moment.dead_high = cut.moment.own_pc = 0;
	cut.begun = when->begun;
	long pid = make_copy(t, blocks, when->reason);
	cut.copy = pid > 0 ? pid : 0;
	lt_judge_end();
	return pid > 0 ? LTF_SCAN_BEGUN : LTF_SCAN_NO_COPY;
}

bool lt_snapshot_ended(void)
{
	struct ltf_scan_state *h = &lt_header->scan;
	if (!cut.copy)
		return true;
	if (lt_sys4(SYS_wait4, cut.copy, NULL, WCLONE | WNOHANG, NULL) == 0)
		return false;
	cut.copy = 0;
	if (h->ended != h->begun) {
		h->failed++;
		h->ended = h->begun;
	}
	return true;
}

void lt_snapshot_reset(void)
{
	cut.copy = 0;
}
