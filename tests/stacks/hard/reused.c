/* The same addresses again, with other frames: what the last stack left in memory looks like the
 * next one in part. Threads one after another on one stack, coroutines likewise, handlers on one
 * alternate stack over functions of the same shape, recursion beyond the depth that is kept, down
 * and up again, frames of changing size. */
#define _GNU_SOURCE
#include "tests/stacks/hard/hard.h"

#include <alloca.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <ucontext.h>

void *volatile kept;
static volatile int zero;
enum { TIMES = 40 };

static FRAME void allocate(size_t size)
{
	ALLOCATE(size);
}

/* Twins: two functions of one shape, so that their frames lie alike. */
#define TWINS(DEFINE) DEFINE(one, 0) DEFINE(two, 1)

// stack 70101: allocate one_step one_thread @start_thread @clone3 |
// stack 70102: allocate two_step two_thread @start_thread @clone3 |
#define DEFINE_THREAD(name, n)                                                                     \
	static FRAME void name##_step(size_t size)                                                 \
	{                                                                                          \
		volatile char room[120];                                                           \
		room[0] = n + 1;                                                                   \
		allocate(size);                                                                    \
		room[1] = room[0];                                                                 \
	}                                                                                          \
	static FRAME void *name##_thread(void *arg)                                                \
	{                                                                                          \
		name##_step(70101 + n);                                                            \
		NOT_LAST();                                                                        \
		return arg;                                                                        \
	}
TWINS(DEFINE_THREAD)

static void threads(void)
{
	for (int i = 0; i < TIMES; i++) {
		pthread_t t;
		if (pthread_create(&t, NULL, i % 2 ? two_thread : one_thread, NULL) == 0)
			pthread_join(t, NULL);
	}
}

/* Left half way, and only every third is entered again: the others' frames are overwritten. */
static ucontext_t home, routine;
// stack 70103: allocate one_step one_routine @__start_context |
// stack 70104: allocate two_step two_routine @__start_context |
#define DEFINE_ROUTINE(name, n)                                                                    \
	static FRAME void name##_routine(void)                                                     \
	{                                                                                          \
		name##_step(70103 + n);                                                            \
		swapcontext(&routine, &home);                                                      \
		name##_step(70103 + n);                                                            \
		NOT_LAST();                                                                        \
	}
TWINS(DEFINE_ROUTINE)

// stack 70105: allocate coroutines main
static FRAME void coroutines(void)
{
	static char stack[32768] __attribute__((aligned(16)));
	for (int i = 0; i < TIMES; i++) {
		getcontext(&routine);
		routine.uc_stack.ss_sp = stack;
		routine.uc_stack.ss_size = sizeof(stack) - (i % 4 == 3 ? 64 : 0);
		routine.uc_link = &home;
		makecontext(&routine, i % 2 ? two_routine : one_routine, 0);
		swapcontext(&home, &routine);
		allocate(70105);
		if (i % 3 == 0)
			swapcontext(&home, &routine);
	}
}

/* An instruction that faults, in frames of one shape. */
int faults(void);
__asm__(".text\n"
	".type faults, @function\n"
	"faults:\n"
	"	.cfi_startproc\n"
	"	subq $24, %rsp\n"
	"	.cfi_def_cfa_offset 32\n"
	"	ud2\n"
	"	addq $24, %rsp\n"
	"	.cfi_def_cfa_offset 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size faults, .-faults\n");

static volatile size_t handler_size;
static sigjmp_buf *volatile handler_exit;
static FRAME void on_fault(int sig, siginfo_t *info, void *context)
{
	ucontext_t *u = context;
	(void)sig, (void)info;
	allocate(handler_size);
	if (handler_exit)
		siglongjmp(*handler_exit, 1);
	u->uc_mcontext.gregs[REG_RIP] += 2;
	NOT_LAST();
}

// stack 70106: allocate on_fault @__restore_rt faults one_interrupted handlers main
// stack 70107: allocate on_fault @__restore_rt faults two_interrupted handlers main
// stack 70108: allocate one_interrupted handlers main
// stack 70109: allocate two_interrupted handlers main
#define DEFINE_INTERRUPTED(name, n)                                                                \
	static FRAME void name##_interrupted(int jumps)                                            \
	{                                                                                          \
		sigjmp_buf out;                                                                    \
		handler_size = 70106 + n;                                                          \
		if (!sigsetjmp(out, 1)) {                                                          \
			handler_exit = jumps ? &out : NULL;                                        \
			faults();                                                                  \
		}                                                                                  \
		allocate(70108 + n);                                                               \
		NOT_LAST();                                                                        \
	}
TWINS(DEFINE_INTERRUPTED)

static FRAME void handlers(int flags)
{
	static char other[65536] __attribute__((aligned(16)));
	stack_t alt = {.ss_sp = other, .ss_size = sizeof(other)};
	struct sigaction a = {.sa_sigaction = on_fault, .sa_flags = flags | SA_SIGINFO};
	sigaltstack(&alt, NULL);
	sigaction(SIGILL, &a, NULL);
	for (int i = 0; i < TIMES; i++)
		if (i / 2 % 2)
			two_interrupted(i % 3 == 0);
		else
			one_interrupted(i % 3 == 0);
}

/* Each level is one of the two twins, by the bits of a number; every level allocates on the way
 * down and on the way up. */
static void descend(int depth, unsigned long bits);
#define DEFINE_LEVEL(name, n)                                                                      \
	static FRAME void name##_level(int depth, unsigned long bits)                              \
	{                                                                                          \
		allocate(70110);                                                                   \
		descend(depth - 1, bits);                                                          \
		allocate(70110);                                                                   \
	}
TWINS(DEFINE_LEVEL)
static FRAME void descend(int depth, unsigned long bits)
{
	if (depth > 0 && bits >> depth % 64 & 1)
		one_level(depth, bits);
	else if (depth > 0)
		two_level(depth, bits);
	NOT_LAST();
}

static jmp_buf top;
static FRAME void falls(int depth)
{
	volatile char room[40];
	room[0] = 1;
	if (depth % 7 == 0)
		allocate(70111);
	if (depth == 0)
		longjmp(top, 1);
	falls(depth - 1);
	room[1] = room[0];
}
// stack 70112: allocate lands main
static FRAME void lands(int depth)
{
	if (!setjmp(top))
		falls(depth);
	allocate(70112);
}

/* One call place, from frames whose size changes. */
// stack 70113: allocate one_wide wide main
// stack 70114: allocate two_wide wide main
#define DEFINE_WIDE(name, n)                                                                       \
	static FRAME void name##_wide(size_t room)                                                 \
	{                                                                                          \
		volatile char *p = alloca(room);                                                   \
		p[0] = 1;                                                                          \
		allocate(70113 + n);                                                               \
		p[1] = p[0];                                                                       \
	}
TWINS(DEFINE_WIDE)
static FRAME void wide(int i)
{
	size_t sizes[] = {16, 400, 16, 32, 48, 32, 4000, 48};
	if (i % 3)
		one_wide(sizes[i % 8]);
	else
		two_wide(sizes[i % 8]);
	NOT_LAST();
}

int main(void)
{
	threads();
	coroutines();
	handlers(SA_ONSTACK);
	handlers(0);
	for (unsigned long bits = 0x123456789abcdefUL, i = 0; i < 6; i++, bits ^= bits << 7)
		descend(i == 3 ? 30 : 250 + (int)i, bits);
	for (int i = 0; i < TIMES; i++)
		lands(i * 8 % 300);
	for (int i = 0; i < TIMES; i++)
		wide(i);
	NOT_LAST();
	return zero;
}
