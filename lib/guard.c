#include "lib/guard.h"

#include <signal.h>
#include <stdint.h>
#include "lib/sys.h"

enum { RESTORER = 0x04000000, SETMASK = 2, FAULTS = 4 };

/* As the kernel has it. */
struct action {
	void (*handler)(int);
	uint64_t flags;
	void (*restorer)(void);
	uint64_t mask;
};

static const int faults[FAULTS] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
static void *back[5]; /* __builtin_setjmp's */

static void leave(int signal)
{
	(void)signal;
	__builtin_longjmp(back, 1);
}

/* The handler never returns to it. */
static void unused_restorer(void)
{
	__builtin_trap();
}

static __attribute__((noinline)) bool call(void (*fn)(void *arg), void *arg)
{
	if (__builtin_setjmp(back))
		return false;
	fn(arg);
	return true;
}

bool lt_guarded(void (*fn)(void *arg), void *arg)
{
	struct action ours = {leave, RESTORER, unused_restorer, 0}, before[FAULTS];
	uint64_t mask;
	lt_sys4(SYS_rt_sigprocmask, 0, NULL, &mask, sizeof(mask));
	for (unsigned i = 0; i < FAULTS; i++)
		lt_sys4(SYS_rt_sigaction, faults[i], &ours, &before[i], sizeof(mask));
	bool whole = call(fn, arg);
	for (unsigned i = 0; i < FAULTS; i++)
		lt_sys4(SYS_rt_sigaction, faults[i], &before[i], NULL, sizeof(mask));
	lt_sys4(SYS_rt_sigprocmask, SETMASK, &mask, NULL, sizeof(mask)); /* the handler's is left */
	return whole;
}
