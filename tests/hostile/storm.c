/* Children are forked one after the other while other threads allocate without a pause, so that a
 * fork finds them anywhere in a hook. No child hangs; each has its dump.
 *
 * @case fork_storm
 * @dumps 61
 * @case fork_storm_untraced
 * @run t "$prog" quiet
 * @env LEAKTRACE_CHILDREN=none
 */
#include <pthread.h>
#include "tests/hostile/hostile.h"

static volatile bool stop;

static void *work(void *unused)
{
	(void)unused;
	while (!stop) {
		churn(20);
		usleep(50);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread[3];
	int failed = 0;
	(void)argv;
	for (int i = 0; i < 3; i++)
		pthread_create(&thread[i], NULL, work, NULL);
	for (int i = 0; i < 60; i++) {
		int status = 0;
		pid_t pid = fork();
		if (pid == 0) {
			alarm(20);
			if (argc > 1)
				free(malloc(10));
			else
				churn(20);
			_exit(0);
		}
		must(pid > 0 && waitpid(pid, &status, 0) == pid, "fork");
		failed += status != 0;
	}
	stop = true;
	for (int i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	say("%d children failed\n", failed);
	return 0;
}
