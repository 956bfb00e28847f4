/* A timer's signal at a high rate; its handler allocates and releases while main does, on an
 * allocator that allows it (libbump). Whatever instruction of a hook is interrupted, nothing is
 * lost.
 *
 * Where handlers nest, what a call within a call has recorded is known among the last 64 blocks;
 * behind more of them a block may be recorded twice, which the report shows as an overlap.
 *
 * @case signals_allocate
 * @run t "$prog" plain
 * @may uncertain_stacks|truncated_stacks
 * @case signals_allocate_in_threads
 * @run t "$prog" threads
 * @may uncertain_stacks|truncated_stacks
 * @case signals_on_other_stack
 * @run t "$prog" altstack
 * @may uncertain_stacks|truncated_stacks
 * @case signals_nested
 * @run t "$prog" nested
 * @counts off
 * @may uncertain_stacks|truncated_stacks|events_without_stack|overlaps
 * @case signals_jump_out
 * @run t "$prog" jump
 * @counts atleast
 * @may uncertain_stacks|truncated_stacks|frees_of_unknown|overlaps|dropped_events|open_reallocs
 * @case signals_fork
 * @run t "$prog" fork
 * @dumps any
 * @counts off
 * @may .
 */
#include <pthread.h>
#include <setjmp.h>
#include <sys/time.h>
#include "tests/hostile/hostile.h"

enum { ROUNDS = 30000, SIGNALS = 200 };
static volatile int signals, jumping;
static sigjmp_buf back;

static void handler(int sig)
{
	int saved = errno;
	(void)sig;
	__atomic_add_fetch(&signals, 1, __ATOMIC_SEQ_CST);
	void *p = counted_malloc(24);
	void *q = counted_calloc(3, 8);
	counted_free(p);
	(void)q;
	errno = saved;
	if (jumping)
		siglongjmp(back, 1);
}

static volatile bool child;

/* Forks in the middle of a hook; the child returns into it, and goes on for a while. */
static void forking_handler(int sig)
{
	int status = 0;
	handler(sig);
	if (child || signals % 10)
		return;
	pid_t pid = fork();
	if (pid == 0) {
		child = true;
		alarm(20);
		return;
	}
	must(waitpid(pid, &status, 0) == pid, "waitpid");
	if (status)
		say("a child ended with %x\n", (unsigned)status);
}

/* While it runs, other signals come. */
static void slow_handler(int sig)
{
	handler(sig);
	for (int i = 0; i < 20; i++)
		counted_free(counted_malloc(32));
}

static void start(int flags, long us, void (*fn)(int), int sig, int which)
{
	struct sigaction sa = {.sa_handler = fn, .sa_flags = SA_RESTART | flags};
	struct itimerval it = {{0, us}, {0, us}};
	sigaction(sig, &sa, NULL);
	setitimer(which, &it, NULL);
}

static void *work(void *unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i += 10) {
		churn(10);
		if (child && i % 100 == 0)
			_exit(0);
	}
	return NULL;
}

/* Main's own blocks are counted when they are complete; a jump may leave one out. */
static void jumps(void)
{
	static volatile int done;
	jumping = 1;
	sigsetjmp(back, 1);
	while (done < ROUNDS && signals < 20 * SIGNALS) {
		void *p = counted_malloc(40);
		counted_free(p);
		done++;
	}
	jumping = 0;
}

int main(int argc, char **argv)
{
	static char stack[16384];
	const char *how = argc > 1 ? argv[1] : "";
	pthread_t thread[3];
	stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)};
	if (IS("altstack")) {
		sigaltstack(&ss, NULL);
		start(SA_ONSTACK, 50, handler, SIGALRM, ITIMER_REAL);
	} else if (IS("nested")) {
		start(SA_NODEFER, 300, slow_handler, SIGALRM, ITIMER_REAL);
		start(SA_NODEFER, 300, slow_handler, SIGPROF, ITIMER_PROF);
	} else if (IS("fork")) {
		start(0, 2000, forking_handler, SIGALRM, ITIMER_REAL);
	} else {
		start(0, 50, handler, SIGALRM, ITIMER_REAL);
	}
	if (IS("jump")) {
		jumps();
	} else if (IS("threads")) {
		for (int i = 0; i < 3; i++)
			pthread_create(&thread[i], NULL, work, NULL);
		for (int i = 0; i < 3; i++)
			pthread_join(thread[i], NULL);
	} else {
		work(NULL);
	}
	while (signals < SIGNALS) {
		churn(1);
		if (child)
			_exit(0);
	}
	start(0, 0, SIG_IGN, SIGALRM, ITIMER_REAL);
	start(0, 0, SIG_IGN, SIGPROF, ITIMER_PROF);
	say("done\n");
	return 0;
}
