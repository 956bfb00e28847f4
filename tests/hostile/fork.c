/* Forks in every way: the child has a dump of its own, or none; releases of blocks that it
 * inherited are counted as that.
 *
 * @case fork
 * @dumps 2
 * @case fork_untraced
 * @run t "$prog" quiet
 * @env LEAKTRACE_CHILDREN=none
 * @case fork_grandchild
 * @run t "$prog" deep
 * @dumps 4
 * @case fork_raw
 * @run t "$prog" raw
 * @dumps 2
 * @case fork_thread
 * @run t "$prog" thread
 * @dumps 2
 */
#include <pthread.h>
#include "tests/hostile/hostile.h"

static void *kept[10];

static void child(void)
{
	for (int i = 0; i < 5; i++)
		inherited_free(kept[i]);
	churn(100);
	show_fds();
}

/* Nothing counted: what an untraced child does is not in a report. */
static void quiet_child(void)
{
	free(kept[0]);
	free(malloc(10));
	show_fds();
}

static pid_t raw_fork(void)
{
	return (pid_t)syscall(SYS_fork);
}

static void fork_once(pid_t (*how)(void), void (*then)(void))
{
	pid_t pid = how();
	if (pid == 0) {
		then();
		exit(7);
	}
	reap("child", pid);
	churn(10);
}

static void deeper(int level)
{
	pid_t pid = fork();
	if (pid == 0) {
		churn(50);
		inherited_free(kept[level]);
		if (level < 2)
			deeper(level + 1);
		exit(level);
	}
	reap("child", pid);
}

static void *forker(void *unused)
{
	(void)unused;
	churn(20);
	fork_once(fork, child);
	return NULL;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	pthread_t thread;
	for (int i = 0; i < 10; i++)
		kept[i] = counted_malloc(100);
	churn(100);
	if (strcmp(how, "deep") == 0) {
		deeper(0);
	} else if (strcmp(how, "thread") == 0) {
		pthread_create(&thread, NULL, forker, NULL);
		pthread_join(thread, NULL);
	} else if (strcmp(how, "raw") == 0) {
		fork_once(raw_fork, child);
	} else {
		fork_once(fork, strcmp(how, "quiet") == 0 ? quiet_child : child);
	}
	for (int i = 0; i < 10; i++)
		counted_free(kept[i]);
	return 0;
}
