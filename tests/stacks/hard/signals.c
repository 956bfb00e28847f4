/* Handlers that allocate, over frames that were interrupted at any instruction. */
#define _GNU_SOURCE
#include "tests/stacks/hard/hard.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>

void *volatile kept;

/* ud2 in a function's first instruction, inside it, and behind its last (which a call falls onto).
 */
int faults_first(void);
int faults_inside(void);
__asm__(".text\n"
	".type faults_first, @function\n"
	"faults_first:\n"
	"	.cfi_startproc\n"
	"	ud2\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size faults_first, .-faults_first\n"
	".type faults_inside, @function\n"
	"faults_inside:\n"
	"	.cfi_startproc\n"
	"	pushq %rbx\n"
	"	.cfi_def_cfa_offset 16\n"
	"	.cfi_offset %rbx, -16\n"
	"	subq $48, %rsp\n"
	"	.cfi_def_cfa_offset 64\n"
	"	ud2\n"
	"	addq $48, %rsp\n"
	"	.cfi_def_cfa_offset 16\n"
	"	popq %rbx\n"
	"	.cfi_def_cfa_offset 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size faults_inside, .-faults_inside\n");

static volatile size_t size;
static int (*volatile inner_fault)(void);

// stack 71001: on_fault @__restore_rt faults_first calls_first main
// stack 71002: on_fault @__restore_rt faults_inside calls_inside main
// stack 71003: on_fault @__restore_rt faults_first calls_first main
// stack 71004: on_fault @__restore_rt faults_inside calls_inside main
// stack 71005: on_fault @__restore_rt faults_first on_fault ... faults_inside calls_inside main
static FRAME void on_fault(int sig, siginfo_t *info, void *context)
{
	ucontext_t *u = context;
	int (*again)(void) = inner_fault;
	(void)sig, (void)info;
	u->uc_mcontext.gregs[REG_RIP] += 2;
	if (again) {
		inner_fault = NULL;
		again();
	} else {
		ALLOCATE(size);
	}
	NOT_LAST();
}

static FRAME void calls_first(void)
{
	faults_first();
	NOT_LAST();
}
static FRAME void calls_inside(void)
{
	faults_inside();
	NOT_LAST();
}

static void handle(int flags)
{
	struct sigaction a = {
		.sa_sigaction = on_fault, .sa_flags = flags | SA_SIGINFO | SA_NODEFER};
	sigaction(SIGILL, &a, NULL);
}

/* Where a timer happens to interrupt: only the comparison with libgcc knows. */
static volatile sig_atomic_t ticks;
static FRAME void on_tick(int sig)
{
	(void)sig;
	ticks++;
	ALLOCATE(72000);
	free(kept);
	NOT_LAST();
}

static FRAME void work(void)
{
	static char text[4096], copy[4096];
	static volatile double sum;
	struct itimerval often = {{0, 500}, {0, 500}}, never = {{0, 0}, {0, 0}};
	signal(SIGALRM, on_tick);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; ticks < 200 && i < 2000000; i++) {
		snprintf(text, sizeof(text), "%d %s %g %-20d|", i, "text", i * 0.5, i);
		memcpy(copy, text, sizeof(copy));
		sum += strtod(strchr(copy, '.') ? "1.25e3" : "7", NULL) + (double)strlen(text);
	}
	setitimer(ITIMER_REAL, &never, NULL);
}

int main(void)
{
	static char other_stack[65536] __attribute__((aligned(16)));
	stack_t alt = {.ss_sp = other_stack, .ss_size = sizeof(other_stack)};

	handle(0);
	size = 71001;
	calls_first();
	size = 71002;
	calls_inside();
	size = 71005;
	inner_fault = faults_first;
	calls_inside();
	sigaltstack(&alt, NULL);
	handle(SA_ONSTACK);
	size = 71003;
	calls_first();
	size = 71004;
	calls_inside();
	work();
	NOT_LAST();
	return 0;
}
