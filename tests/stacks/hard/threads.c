/* Other stacks: threads, their ends, coroutines. */
#include "tests/stacks/hard/hard.h"

#include <limits.h>
#include <pthread.h>
#include <threads.h>
#include <ucontext.h>

void *volatile kept;

// stack 73001: start @start_thread @clone3 |
static FRAME void *start(void *arg)
{
	ALLOCATE(73001);
	return arg;
}

/* The smallest stack there is, and a frame that needs a good part of it. */
// stack 73002: small_start @start_thread @clone3 |
static FRAME void *small_start(void *arg)
{
	volatile char room[2000];
	room[0] = 1;
	ALLOCATE(73002);
	room[1] = room[0];
	return arg;
}

// stack 73003: c11_start ... |
static FRAME int c11_start(void *arg)
{
	ALLOCATE(73003);
	return arg != NULL;
}

// stack 73004: at_thread_end ... |
static pthread_key_t key;
static FRAME void at_thread_end(void *value)
{
	(void)value;
	ALLOCATE(73004);
}
static FRAME void *ends_noisily(void *arg)
{
	pthread_setspecific(key, &key);
	return arg;
}

static FRAME void run(void *(*fn)(void *), size_t stack)
{
	pthread_attr_t attr;
	pthread_t t;
	pthread_attr_init(&attr);
	if (stack)
		pthread_attr_setstacksize(&attr, stack);
	if (pthread_create(&t, &attr, fn, NULL) == 0)
		pthread_join(t, NULL);
	pthread_attr_destroy(&attr);
}

/* A coroutine that is left and entered again; its stack lies in static memory or in a block. */
static ucontext_t home, routine;
// stack 73005: in_routine @__start_context |
// stack 73006: nested nested nested in_routine @__start_context |
static FRAME void nested(int n)
{
	if (n)
		nested(n - 1);
	else
		ALLOCATE(73006);
	NOT_LAST();
}
static FRAME void in_routine(void)
{
	ALLOCATE(73005);
	swapcontext(&routine, &home);
	nested(2);
	NOT_LAST();
}
static FRAME void coroutine(void *stack, size_t len)
{
	getcontext(&routine);
	routine.uc_stack.ss_sp = stack;
	routine.uc_stack.ss_size = len;
	routine.uc_link = &home;
	makecontext(&routine, in_routine, 0);
	swapcontext(&home, &routine);
	swapcontext(&home, &routine);
}
static FRAME void *coroutine_in_thread(void *arg)
{
	void *stack = malloc(16384);
	coroutine(stack, 16384);
	free(stack);
	return arg;
}

int main(void)
{
	static char stack[16384] __attribute__((aligned(16)));
	thrd_t t;

	pthread_key_create(&key, at_thread_end);
	run(start, 0);
	run(small_start, PTHREAD_STACK_MIN);
	run(ends_noisily, 0);
	if (thrd_create(&t, c11_start, NULL) == thrd_success)
		thrd_join(t, NULL);
	coroutine(stack, sizeof(stack));
	run(coroutine_in_thread, 0);
	NOT_LAST();
	return 0;
}
