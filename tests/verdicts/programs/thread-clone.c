/* A thread that the C library has not made (clone) waits on a mapped stack and holds a block
 * there.
 * truth: reachable 1 block 77 bytes */
#include "../verdicts.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static void *volatile given;

static int holds(void *stack)
{
	void *volatile kept = given;
	long one = 1;
	given = stack = NULL;
	syscall(SYS_write, verdicts_ready[1], &one, 1);
	for (;;)
		syscall(SYS_pause);
	return kept != NULL;
}

APART static void begin(void)
{
	enum {
		SIZE = 64 << 10,
		FLAGS = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
			CLONE_SYSVSEM
	};
	char c, *stack = mmap(
			NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	given = made(77);
	if (pipe(verdicts_ready) || stack == MAP_FAILED ||
		clone(holds, stack + SIZE, FLAGS, NULL) < 0 || read(verdicts_ready[0], &c, 1) != 1)
		abort();
}

int main(void)
{
	begin();
	clear();
	return 0;
}
