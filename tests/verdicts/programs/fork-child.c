/* A child loses a block of its own, and forgets one that it has inherited, which is none of its
 * leaks. Its parent keeps that one.
 * truth: reachable 1 block 70 bytes
 * child: definite 1 block 35 bytes */
#include "../verdicts.h"

#include <sys/wait.h>

static void *kept;

APART static void lose(void)
{
	made(35);
}

int main(void)
{
	kept = made(70);
	escape(&kept);
	pid_t pid = fork();
	if (pid == 0) {
		kept = NULL;
		lose();
		clear();
		exit(0);
	}
	waitpid(pid, NULL, 0);
	clear();
	return 0;
}
