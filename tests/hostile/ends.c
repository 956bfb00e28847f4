/* Ways to end. Whatever it is, the dump has every event and reads without a complaint.
 *
 * @case end_exit
 * @run t "$prog" exit
 * @case end_return
 * @run t "$prog" return
 * @case end__exit
 * @run t "$prog" _exit
 * @case end_quick_exit
 * @run t "$prog" quick_exit
 * @case end_abort
 * @run t "$prog" abort
 * @case end_segv
 * @run t "$prog" segv
 * @case end_kill
 * @run t "$prog" kill
 * @case end_term
 * @run t "$prog" term
 * @case end_exit_group
 * @run t "$prog" exit_group
 * @case end_thread_exit
 * @run t "$prog" thread_exit
 * @case end_thread_calls_exit
 * @run t "$prog" thread_calls_exit
 * @may late_events|threads_of_unknown_origin
 * @case end_exit_while_others_allocate
 * @run t "$prog" exit_while_others_allocate
 * @counts off
 * @may late_events|dropped_events
 * @case end_segv_in_thread
 * @run t "$prog" segv_in_thread
 * @case end_stack_overflow
 * @run t "$prog" stack_overflow
 * @may truncated_stacks
 */
#include <pthread.h>
#include "tests/hostile/hostile.h"

/* Registered before main by no one but us: runs after atexit functions of main. */
__attribute__((destructor)) static void last(void)
{
	churn(3);
	say("destructor\n");
}

static void at_exit_(void)
{
	churn(5);
	say("atexit\n");
}

static void at_quick_exit_(void)
{
	churn(5);
	say("at_quick_exit\n");
}

static void segv(void)
{
	*(volatile int *)(intptr_t)strtol("16", NULL, 10) = 1;
}

static int (*volatile again)(int);

static int overflow(int n)
{
	volatile char room[1000];
	room[n % 1000] = (char)n;
	if (n % 100 == 0)
		counted_malloc(10);
	return again(n + 1) + room[0];
}

static void *exit_in_thread(void *how)
{
	churn(10);
	if (how)
		segv();
	exit(5);
}

static void *forever(void *unused)
{
	(void)unused;
	for (;;)
		free(malloc(100));
	return NULL;
}

static void *slow(void *unused)
{
	(void)unused;
	pause_ms(30);
	churn(30);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	const char *how = argc > 1 ? argv[1] : "";
	atexit(at_exit_);
	at_quick_exit(at_quick_exit_);
	churn(1000);
	say("ends by %s\n", how);
	if (IS("exit"))
		exit(3);
	if (IS("_exit"))
		_exit(4);
	if (IS("quick_exit"))
		quick_exit(5);
	if (IS("abort"))
		abort();
	if (IS("segv"))
		segv();
	if (IS("kill"))
		raise(SIGKILL);
	if (IS("term"))
		raise(SIGTERM);
	if (IS("exit_group"))
		syscall(SYS_exit_group, 6);
	if (IS("stack_overflow"))
		(again = overflow)(1);
	if (IS("thread_exit")) {
		pthread_create(&thread, NULL, slow, NULL);
		pthread_exit(NULL);
	}
	if (IS("thread_calls_exit") || IS("segv_in_thread")) {
		pthread_create(&thread, NULL, exit_in_thread, IS("segv_in_thread") ? argv : NULL);
		pause();
	}
	if (IS("exit_while_others_allocate")) {
		for (int i = 0; i < 4; i++)
			pthread_create(&thread, NULL, forever, NULL);
		pause_ms(50);
		exit(9);
	}
	return 8;
}
