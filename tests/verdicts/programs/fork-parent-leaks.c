/* A parent has lost a block before it forks, and loses another after. The child loses neither.
 * truth: definite 2 blocks 107 bytes
 * child: none */
#include "../verdicts.h"

#include <sys/wait.h>

APART static void lose(size_t size)
{
	made(size);
}

int main(void)
{
	lose(70);
	clear();
	pid_t pid = fork();
	if (pid == 0)
		exit(0);
	waitpid(pid, NULL, 0);
	lose(37);
	clear();
	return 0;
}
