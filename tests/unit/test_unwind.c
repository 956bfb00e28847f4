/* Stacks that compilers make, by lt_unwind and by libgcc: they must be the same to the root. */
#include "tests/unit/unwind_support.h"

#include <alloca.h>
#include <pthread.h>
#include <search.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline, noclone))
static volatile int zero;

static NOINLINE int plain(int depth)
{
	int r = depth ? plain(depth - 1) : take();

	NOT_LAST();
	return r + 1;
}

static void plain_frames(void)
{
	plain(5);
	assert_same();
	assert_true(seen.n > 6);
}

/* Many live values: all callee-saved registers are in use across the call. */
static NOINLINE long busy(long a, long b, long c, long d, long e, long f)
{
	long x = a * b, y = c * d, z = e * f;

	take();
	return x * y + z + a + b + c + d + e + f;
}

static void register_pressure(void)
{
	busy(zero + 1, zero + 2, zero + 3, zero + 4, zero + 5, zero + 6);
	assert_same();
}

static NOINLINE int with_alloca(size_t n)
{
	volatile char *p = alloca(n);

	p[0] = 1;
	int r = take();
	return r + p[0];
}

static void alloca_frames(void)
{
	with_alloca(100 + (size_t)zero);
	assert_same();
	with_alloca(30000 + (size_t)zero);
	assert_same();
	/* The saved registers on either side of what is known of the stack. */
	for (size_t n = 16; n < 9000; n += 16) {
		memset(&bounds, 0, sizeof(bounds));
		take();
		with_alloca(n);
		assert_same();
	}
}

static NOINLINE int aligned(int n)
{
	_Alignas(64) volatile char buf[128];

	buf[n] = 1;
	int r = plain(1);
	return r + buf[n];
}

/* Realigned and of variable size: gcc keeps the argument pointer (r10) in the frame. */
static NOINLINE int aligned_alloca(int n, int a, int b, int c, int d, int e, int f, int g)
{
	_Alignas(64) volatile char buf[128];
	volatile char *p = alloca((size_t)n + 100);

	buf[n] = p[n] = 1;
	int r = plain(1);
	return r + buf[n] + p[n] + a + b + c + d + e + f + g;
}

static void realigned(void)
{
	aligned(zero);
	assert_same();
	aligned_alloca(zero, 1, 2, 3, 4, 5, 6, 7);
	assert_same();
}

static NOINLINE __attribute__((force_align_arg_pointer)) int arg_pointer(int n)
{
	volatile char buf[64];

	buf[n] = 1;
	int r = take();
	return r + buf[n];
}

static void arg_pointer_frames(void)
{
	arg_pointer(zero);
	assert_same();
}

/* The call is the last instruction: the return address is the next function's first byte. */
static jmp_buf back;
static NOINLINE __attribute__((noreturn)) void leave(void)
{
	take();
	longjmp(back, 1);
}

static NOINLINE void ends_with_call(int n)
{
	if (n >= 0) {
		volatile char buf[40];
		buf[n] = 1;
		zero = buf[n] - 1;
		leave();
	}
}

static void noreturn_tail(void)
{
	if (!setjmp(back))
		ends_with_call(zero);
	assert_same();
}

static int by_value(const void *a, const void *b)
{
	static __thread int calls;

	if (calls++ % 5 == 0)
		take();
	return *(const int *)a - *(const int *)b;
}

static void through_libc(void)
{
	int v[] = {5, 3, 4, 1, 2, 9, 7}, key = 4;

	qsort(v, 7, sizeof(v[0]), by_value);
	assert_same();
	bsearch(&key, v, 7, sizeof(v[0]), by_value);
	assert_same();
	void *root = NULL;
	for (int i = 0; i < 7; i++)
		tsearch(&v[i], &root, by_value);
	assert_same();
	for (int i = 0; i < 7; i++)
		tdelete(&v[i], &root, by_value);
}

static void deeper_than_max(void)
{
	seen.max = 10;
	plain(50);
	assert_int_equal(seen.n, 10);
	assert_int_equal(seen.how, LT_WALK_CUT);
	for (unsigned i = 0; i < seen.n; i++)
		assert_int_equal(seen.frames[i].pc, seen.gcc[i]);
	seen.max = 0;
}

/* Exactly as many frames as there is room for is not a cut. */
static void as_deep_as_max(void)
{
	plain(5);
	seen.max = seen.n;
	plain(5);
	assert_int_equal(seen.how, LT_WALK_ROOT);
	seen.max = 0;
}

static volatile sig_atomic_t handled;

static void on_signal(int sig)
{
	(void)sig;
	plain(1);
	handled = 1;
}

static NOINLINE int raise_at(int n)
{
	handled = 0;
	raise(SIGUSR1);
	return handled + n;
}

static void signal_frames(void)
{
	struct sigaction sa = {.sa_handler = on_signal};

	sigaction(SIGUSR1, &sa, NULL);
	raise_at(1);
	assert_int_equal(handled, 1);
	assert_same();

	stack_t alt = {.ss_sp = malloc(64 << 10), .ss_size = 64 << 10}, old;
	sigaltstack(&alt, &old);
	sa.sa_flags = SA_ONSTACK;
	sigaction(SIGUSR1, &sa, NULL);
	raise_at(1);
	assert_int_equal(handled, 1);
	assert_same();
	sigaltstack(&old, NULL);
	free(alt.ss_sp);
	signal(SIGUSR1, SIG_DFL);
}

/* Interrupted at any instruction, prologues and epilogues too. */
static volatile sig_atomic_t stopped_same, stops;

static void on_trap(int sig)
{
	(void)sig;
	take();
	stops++;
	stopped_same += is_same();
}

static NOINLINE int tiny(int a)
{
	volatile int x[8];

	x[a & 7] = a;
	return x[a & 7] + a;
}

static int only_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static NOINLINE int stepped(int n)
{
	_Alignas(64) volatile char buf[64];
	volatile char *p = alloca((size_t)n + 10);
	int v[] = {3, 1, 2};

	buf[0] = p[0] = (char)tiny(n);
	qsort(v, 3, sizeof(v[0]), only_value);
	return buf[0] + p[0] + v[0] + atoi("12");
}

static void every_instruction(void)
{
	struct sigaction sa = {.sa_handler = on_trap};

	sigaction(SIGTRAP, &sa, NULL);
	stops = stopped_same = 0;
	asm_trap_flag(1);
	stepped(zero + 5);
	asm_trap_flag(0);
	signal(SIGTRAP, SIG_DFL);
	assert_true(stops > 100);
	assert_int_equal(stops, stopped_same);
}

static void *thread_main(void *arg)
{
	plain(2);
	assert_same();
	/* A second stack, further down. */
	with_alloca(6000);
	assert_same();
	return arg;
}

static void thread_start(void)
{
	pthread_t t;
	pthread_attr_t attr;

	assert_int_equal(pthread_create(&t, NULL, thread_main, NULL), 0);
	pthread_join(t, NULL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 32 << 10);
	assert_int_equal(pthread_create(&t, &attr, thread_main, NULL), 0);
	pthread_join(t, NULL);
	pthread_attr_destroy(&attr);
}

static int take_and_compare(void)
{
	take();
	assert_same();
	return 0;
}

static int through_expressions(void)
{
	int ret = asm_expr_regs(take_and_compare);
	__asm__ volatile("" ::: "memory"); /* no tail call */
	return ret;
}

static void from_asm(void)
{
	uint64_t before = lt_unwind_stats.libunwind_steps;

	asm_rbx_cfa(take);
	assert_same();
	asm_saves_far(take);
	assert_same();
	asm_bp_lost(take);
	assert_same();
	asm_hard(take);
	assert_same();
	asm_rbx_cfa(through_expressions);
	assert_true(lt_unwind_force_slow || lt_unwind_stats.libunwind_steps == before);
}

static void on_ill(int sig, siginfo_t *info, void *uc)
{
	(void)sig, (void)info;
	take();
	((ucontext_t *)uc)->uc_mcontext.gregs[REG_RIP] += 2;
}

static void address_in_register(void)
{
	struct sigaction sa = {.sa_sigaction = on_ill, .sa_flags = SA_SIGINFO};

	sigaction(SIGILL, &sa, NULL);
	asm_rip_in_reg(NULL);
	signal(SIGILL, SIG_DFL);
	assert_same();
}

#define BOTH(name)                                                                                 \
	static void test_##name(void **state)                                                      \
	{                                                                                          \
		(void)state;                                                                       \
		both_ways(name);                                                                   \
	}
BOTH(plain_frames)
BOTH(register_pressure)
BOTH(alloca_frames)
BOTH(realigned)
BOTH(arg_pointer_frames)
BOTH(noreturn_tail)
BOTH(through_libc)
BOTH(deeper_than_max)
BOTH(as_deep_as_max)
BOTH(signal_frames)
BOTH(every_instruction)
BOTH(thread_start)
BOTH(from_asm)
BOTH(address_in_register)

/* By a context, as a signal handler of another thread gives one: where each frame lies, too. Each
 * function's local lies in its own frame. */
enum { STOPPED = 4 };
static const void *local_of[STOPPED];
static struct lt_stopped_frame still[LT_STOPPED_MAX];
static unsigned still_n;

static NOINLINE int stop_here(void)
{
	ucontext_t u;
	const greg_t *r = u.uc_mcontext.gregs;

	local_of[0] = &u;
	assert_int_equal(getcontext(&u), 0);
	struct lt_stopped at = {.pc = (uintptr_t)r[REG_RIP],
		.sp = (uintptr_t)r[REG_RSP],
		.saved = {(uintptr_t)r[REG_RBX], (uintptr_t)r[REG_RBP], (uintptr_t)r[REG_R12],
			(uintptr_t)r[REG_R13], (uintptr_t)r[REG_R14], (uintptr_t)r[REG_R15]},
		.known = 63,
		.exact = true};
	still_n = lt_unwind_stopped(&at, still, LT_STOPPED_MAX);
	return 1;
}

static NOINLINE int stop_below(int depth, size_t n)
{
	volatile char *p = alloca(n);

	p[0] = 1;
	local_of[depth] = (const void *)p;
	int r = depth > 1 ? stop_below(depth - 1, n + 100) : stop_here();
	return r + p[0];
}

static void test_stopped(void **state)
{
	struct lt_regs regs;
	struct lt_stack_bounds b = {0};
	struct lt_frame f[LT_STOPPED_MAX];
	enum lt_walk how;

	(void)state;
	stop_below(STOPPED - 1, 64 + (size_t)zero);
	assert_true(still_n > STOPPED);
	assert_int_equal(still[0].flags, LTF_NODE_SIGNAL);
	for (unsigned i = 0; i < STOPPED; i++) {
		assert_true((uintptr_t)local_of[i] >= still[i].sp);
		assert_true((uintptr_t)local_of[i] < still[i + 1].sp);
	}
	LT_REGS_CALLER(&regs);
	unsigned n = lt_unwind(&b, &regs, f, LT_STOPPED_MAX, &how);
	assert_int_equal(how, LT_WALK_ROOT);
	for (unsigned i = 1; i <= n; i++)
		assert_int_equal(f[n - i].pc, still[still_n - i].pc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_frames),
		cmocka_unit_test(test_register_pressure),
		cmocka_unit_test(test_alloca_frames),
		cmocka_unit_test(test_realigned),
		cmocka_unit_test(test_arg_pointer_frames),
		cmocka_unit_test(test_noreturn_tail),
		cmocka_unit_test(test_through_libc),
		cmocka_unit_test(test_deeper_than_max),
		cmocka_unit_test(test_as_deep_as_max),
		cmocka_unit_test(test_signal_frames),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_every_instruction),
		cmocka_unit_test(test_thread_start),
		cmocka_unit_test(test_from_asm),
		cmocka_unit_test(test_address_in_register),
	};

	lt_unwind_init(true);
	return cmocka_run_group_tests_name("unwind", tests, NULL, NULL);
}
