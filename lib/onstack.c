/* Stacks of ours, and the switch to them. */
#include "lib/onstack.h"

#include <linux/futex.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>
#include "lib/sys.h"

enum {
	STACKS = 1024,
	SEALED_STACKS = 8,
	NEAR = 8,
	WAIT_MS = 50,
	WAITS = 200, /* ten seconds */
	GUARD = 4096,
	SIG_SETMASK_RAW = 2
};

LT_TOGETHER _Atomic bool lt_sealed;

struct stack {
	_Atomic bool taken;
	char *_Atomic low; /* above the guard page; NULL until mapped */
};
LT_TOGETHER static struct {
	struct stack near[NEAR];
	_Atomic int known;               /* stacks: those behind have never been taken */
	_Atomic uint32_t given, waiting; /* times that one was; threads that wait for it */
} LT_LINE stacks;
static struct stack others[STACKS - NEAR];

/* The frame pointer leads back to the caller's stack, whatever happens on the other one. Registers
 * that functions keep are put on the caller's stack, so that a scan finds there what the program
 * has in them; the other stack's first word says where. */
__attribute__((naked, noinline)) long lt_on_stack(long (*fn)(void *) __attribute__((unused)),
	void *arg __attribute__((unused)), void *stack_top __attribute__((unused)))
{
	__asm__("pushq %rbp\n\t"
		".cfi_def_cfa_offset 16\n\t"
		".cfi_offset %rbp, -16\n\t"
		"movq %rsp, %rbp\n\t"
		".cfi_def_cfa_register %rbp\n\t"
		"pushq %rbx\n\t"
		"pushq %r12\n\t"
		"pushq %r13\n\t"
		"pushq %r14\n\t"
		"pushq %r15\n\t"
		"movq %rsp, %rcx\n\t"
		"movq %rdx, %rsp\n\t"
		"andq $-16, %rsp\n\t"
		"pushq %rcx\n\t"
		"pushq %rcx\n\t"
		"movq %rdi, %rax\n\t"
		"movq %rsi, %rdi\n\t"
		"callq *%rax\n\t"
		"leave\n\t"
		".cfi_def_cfa %rsp, 8\n\t"
		"retq\n\t");
}

static struct stack *stack_at(int i)
{
	return i < NEAR ? &stacks.near[i] : &others[i - NEAR];
}

enum { ALL_TAKEN = -1, NO_MEMORY = -2 };

/* The index of a stack that is now the caller's, or one of these. */
static int take(bool may_map)
{
	for (int i = 0; i < STACKS; i++) {
		if (i >= atomic_load_explicit(&stacks.known, memory_order_relaxed))
			atomic_store(&stacks.known, i + 1);
		if (atomic_load_explicit(&stack_at(i)->taken, memory_order_relaxed) ||
			atomic_exchange_explicit(&stack_at(i)->taken, true, memory_order_acquire))
			continue;
		if (atomic_load_explicit(&stack_at(i)->low, memory_order_relaxed))
			return i;
		char *p = may_map ? lt_sys_map(GUARD + LT_SLOW_STACK, false) : NULL;
		if (p) {
			lt_sys3(SYS_mprotect, p, GUARD, PROT_NONE);
			atomic_store_explicit(&stack_at(i)->low, p + GUARD, memory_order_relaxed);
			return i;
		}
		atomic_store_explicit(&stack_at(i)->taken, false, memory_order_release);
		return NO_MEMORY;
	}
	return ALL_TAKEN;
}

static void give(int i)
{
	atomic_store(&stack_at(i)->taken, false);
	if (atomic_load(&stacks.waiting) && !atomic_load(&lt_sealed)) {
		atomic_fetch_add(&stacks.given, 1);
		lt_sys3(SYS_futex, &stacks.given, FUTEX_WAKE_PRIVATE, 1);
	}
}

/* All signals but those that an instruction raises: the kernel kills where such a one is blocked,
 * and a program may live with SIGSYS (seccomp) or SIGTRAP. */
#define BIT(sig) (UINT64_C(1) << ((sig)-1))
static const uint64_t mask =
	~(BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGILL) | BIT(SIGFPE) | BIT(SIGTRAP) | BIT(SIGSYS));

static bool block_signals(uint64_t *before)
{
	return lt_sys4(SYS_rt_sigprocmask, SIG_SETMASK_RAW, &mask, before, sizeof(mask)) == 0;
}

static void unblock_signals(const uint64_t *before)
{
	lt_sys4(SYS_rt_sigprocmask, SIG_SETMASK_RAW, before, NULL, sizeof(*before));
}

/* More threads at once than there are stacks: whoever has one is at work, and gives it back. */
static __attribute__((noinline)) int wait_for_one(void)
{
	struct timespec most = {.tv_nsec = WAIT_MS * 1000000};
	atomic_fetch_add(&stacks.waiting, 1);
	uint32_t before = atomic_load(&stacks.given);
	int i = take(true);
	if (i == ALL_TAKEN)
		lt_sys4(SYS_futex, &stacks.given, FUTEX_WAIT_PRIVATE, before, &most);
	atomic_fetch_sub(&stacks.waiting, 1);
	return i == ALL_TAKEN ? take(true) : i;
}

/* Whether the caller is at work on one of the first stacks, with room for more: so that one call
 * within another needs no further stack. Signals are blocked then as they are to be. */
static bool is_on_one(void)
{
	uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
	int n = atomic_load_explicit(&stacks.known, memory_order_relaxed);
	for (int i = 0; i < n && i < NEAR; i++) {
		char *low = atomic_load_explicit(&stack_at(i)->low, memory_order_relaxed);
		if (low && sp - (uintptr_t)low < LT_SLOW_STACK)
			return sp - (uintptr_t)low > LT_SLOW_STACK / 2;
	}
	return false;
}

uintptr_t lt_slowly_sp(void)
{
	uintptr_t sp = (uintptr_t)__builtin_frame_address(0);
	for (int i = 0; i < atomic_load(&stacks.known); i++) {
		const char *low = atomic_load_explicit(&stack_at(i)->low, memory_order_relaxed);
		if (low && sp - (uintptr_t)low < LT_SLOW_STACK)
			return ((const uintptr_t *)(low + LT_SLOW_STACK))[-1];
	}
	return 0;
}

long lt_slowly(long (*fn)(void *), void *arg)
{
	uint64_t before;
	if (is_on_one())
		return fn(arg);
	bool sealed = atomic_load_explicit(&lt_sealed, memory_order_relaxed);
	bool blocked = !sealed && block_signals(&before);
	int i = take(!sealed);

	for (int tries = 0; i == ALL_TAKEN && tries < WAITS && blocked; tries++) {
		if (atomic_load_explicit(&lt_sealed, memory_order_relaxed))
			break;
		i = wait_for_one();
	}
	long ret = LT_SLOW_BUSY;
	if (i >= 0) {
		ret = lt_on_stack(fn, arg,
			atomic_load_explicit(&stack_at(i)->low, memory_order_relaxed) +
				LT_SLOW_STACK);
		give(i);
	}
	/* Not asked again whether it is sealed: this call was made before. */
	if (blocked)
		unblock_signals(&before);
	return ret;
}

static void make_stacks(int n)
{
	int i = take(true);

	if (i < 0)
		return;
	if (n > 1)
		make_stacks(n - 1);
	give(i);
}

void lt_slowly_init(void)
{
	make_stacks(1);
}

void lt_slowly_before_seal(void)
{
	make_stacks(SEALED_STACKS);
}

void lt_slowly_child(void)
{
	stacks.waiting = 0;
	/* Looked at first: a page that is only read need not be copied. */
	for (int i = 0; i < stacks.known; i++)
		if (atomic_load_explicit(&stack_at(i)->taken, memory_order_relaxed))
			atomic_store_explicit(&stack_at(i)->taken, false, memory_order_relaxed);
}
