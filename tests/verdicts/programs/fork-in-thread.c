/* A thread forks. In the child it is the only one: it loses a block and holds another while it
 * calls exit; main's stack is nobody's there.
 * truth: reachable 1 block 70 bytes
 * child: definite 1 block 35 bytes; reachable 1 block 36 bytes */
#include "../verdicts.h"

#include <sys/wait.h>

static void (*volatile leave)(int) = exit;

APART static void lose(void)
{
	made(35);
}

static void *forks(void *unused)
{
	pid_t pid = fork();
	if (pid == 0) {
		void *volatile kept = made(36);
		lose();
		clear();
		leave(0);
		free(kept);
	}
	waitpid(pid, NULL, 0);
	return unused;
}

int main(void)
{
	pthread_t thread;
	void *volatile kept = made(70);
	if (pthread_create(&thread, NULL, forks, NULL) || pthread_join(thread, NULL))
		abort();
	clear();
	leave(0);
	free(kept);
	return 0;
}
