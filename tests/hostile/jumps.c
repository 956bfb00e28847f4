/* Handlers that allocate where the C library allows it (a signal that is raised outside of malloc),
 * on another stack or not, and leave by siglongjmp; cancelled threads; stacks as small as they get.
 *
 * @case handlers_raise
 * @run t "$prog" raise
 * @case handlers_longjmp
 * @run t "$prog" longjmp
 * @case handlers_altstack
 * @run t "$prog" altstack
 * @case cancel_deferred
 * @run t "$prog" deferred
 * @case cancel_async
 * @run t "$prog" async
 * @case small_thread_stacks
 * @run t "$prog" small
 * @case coroutines
 * @run t "$prog" coroutines
 * @may uncertain_stacks
 * @case coroutines_mapped
 * @run t "$prog" coroutines_mapped
 * @may uncertain_stacks
 */
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <ucontext.h>
#include "tests/hostile/hostile.h"

static sigjmp_buf back;
static volatile bool jumping;

static void handler(int sig)
{
	(void)sig;
	churn(2);
	if (jumping)
		siglongjmp(back, 1);
}

static void raises(int flags)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = flags};
	sigaction(SIGUSR1, &sa, NULL);
	for (volatile int i = 0; i < 200; i++) {
		if (sigsetjmp(back, 1) == 0)
			raise(SIGUSR1);
		churn(1);
	}
}

static void *until_cancelled(void *unused)
{
	(void)unused;
	for (;;) {
		churn(10);
		pthread_testcancel();
	}
	return NULL;
}

static void *spin(void *unused)
{
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	(void)unused;
	for (;;)
		__asm__ volatile("");
	return NULL;
}

static void *spin_later(void *ready)
{
	churn(10);
	*(volatile bool *)ready = true;
	return spin(NULL);
}

static void cancels(bool async)
{
	void *result;
	pthread_t thread;
	int cancelled = 0;
	for (int i = 0; i < 50; i++) {
		volatile bool ready = !async;
		pthread_create(&thread, NULL, async ? spin_later : until_cancelled, (void *)&ready);
		while (!ready)
			pause_ms(1);
		pthread_cancel(thread);
		pthread_join(thread, &result);
		cancelled += result == PTHREAD_CANCELED;
	}
	say("%d cancelled\n", cancelled);
}

static void *small_work(void *unused)
{
	(void)unused;
	churn(200);
	return NULL;
}

static void small_stacks(void)
{
	pthread_t thread;
	pthread_attr_t attr;
	pthread_attr_init(&attr);
	must(pthread_attr_setstacksize(&attr, 16384) == 0, "16 KiB");
	for (int i = 0; i < 50; i++) {
		must(pthread_create(&thread, &attr, small_work, NULL) == 0, "thread");
		pthread_join(thread, NULL);
	}
	pthread_attr_destroy(&attr);
}

enum { COROUTINES = 4, STACK = 8192, GUARD = 256 };
static ucontext_t home, coroutine[COROUTINES];

static void coroutine_main(int me)
{
	for (int i = 0; i < 50; i++) {
		counted_free(counted_malloc(64));
		churn(1);
		swapcontext(&coroutine[me], &home);
	}
}

static void make_coroutine(int i, char *stack)
{
	getcontext(&coroutine[i]);
	memset(stack, 0x5a, GUARD);
	coroutine[i].uc_stack.ss_sp = stack + GUARD;
	coroutine[i].uc_stack.ss_size = STACK - GUARD;
	coroutine[i].uc_link = &home;
	makecontext(&coroutine[i], (void (*)(void))coroutine_main, 1, i);
}

/* On static stacks, one beside the other: what is below one's end is another's. */
static void coroutines(bool mapped)
{
	static char stacks[COROUTINES][STACK] __attribute__((aligned(16)));
	for (int i = 0; i < COROUTINES; i++)
		make_coroutine(i, mapped ? mmap(NULL, STACK, PROT_READ | PROT_WRITE,
						   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
					 : stacks[i]);
	for (int round = 0; round < 51; round++)
		for (int i = 0; i < COROUTINES; i++)
			swapcontext(&home, &coroutine[i]);
	for (int i = 0; i < COROUTINES; i++)
		for (int k = 0; k < GUARD; k++)
			if (((char *)coroutine[i].uc_stack.ss_sp - GUARD)[k] != 0x5a)
				say("coroutine %d overflowed its stack\n", i);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	static char stack[16384];
	stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)};
	churn(1);
	if (IS("raise"))
		raises(0);
	if (IS("longjmp")) {
		jumping = true;
		raises(0);
	}
	if (IS("altstack")) {
		sigaltstack(&ss, NULL);
		raises(SA_ONSTACK);
		jumping = true;
		raises(SA_ONSTACK);
	}
	if (IS("deferred"))
		cancels(false);
	if (IS("async"))
		cancels(true);
	if (IS("small"))
		small_stacks();
	if (IS("coroutines"))
		coroutines(false);
	if (IS("coroutines_mapped"))
		coroutines(true);
	say("done\n");
	return 0;
}
