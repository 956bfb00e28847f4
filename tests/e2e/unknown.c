/* Blocks that nothing is known of hold others. 400 bytes are allocated while recording is paused,
 * or by the parent of a child that a bare system call makes. Then: 50 bytes that only these hold,
 * 70 that only the 50 hold: reachable; and 60 that nothing holds: definite. The 33 bytes lost
 * before may have been released since, for all that is known, and are no finding.
 *
 * unknown pause, unknown bare. */
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "leaktrace.h"

void **volatile holder;

__attribute__((noinline)) static void before(void)
{
	void *volatile lost = calloc(1, 33);
	lost = NULL;
	(void)lost;
}

__attribute__((noinline)) static void unseen(void)
{
	holder = calloc(1, 400);
}

__attribute__((noinline)) static void after(void)
{
	void *volatile lost = calloc(1, 60);
	void **held = calloc(1, 50);
	lost = NULL;
	(void)lost;
	held[1] = calloc(1, 70);
	holder[3] = held;
}

__attribute__((noinline)) static void overwrite(void)
{
	volatile char stack[8192];
	memset((void *)stack, 0, sizeof(stack));
}

int main(int argc, char **argv)
{
	int status = 0, paused = argc > 1 && strcmp(argv[1], "pause") == 0;
	before();
	overwrite();
	if (paused)
		leaktrace_pause();
	unseen();
	if (paused)
		leaktrace_resume();
	else if (syscall(SYS_fork) != 0)
		_exit(wait(&status) < 0 || status != 0);
	after();
	overwrite();
	_exit(0);
}
