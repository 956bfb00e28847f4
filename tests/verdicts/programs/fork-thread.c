/* A process with a thread that waits and holds a block forks; the child, which has no such thread,
 * loses a block of its own, and is not blamed for the thread's.
 * truth: reachable 1 block 77 bytes
 * child: definite 1 block 35 bytes */
#include "../verdicts.h"

#include <sys/wait.h>

static void *holds(void *unused)
{
	void *volatile kept = made(77);
	(void)unused;
	ready();
	for (;;)
		pause();
	free(kept);
}

APART static void lose(void)
{
	made(35);
}

int main(void)
{
	start(holds, NULL);
	pid_t pid = fork();
	if (pid == 0) {
		lose();
		clear();
		exit(0);
	}
	waitpid(pid, NULL, 0);
	return 0;
}
