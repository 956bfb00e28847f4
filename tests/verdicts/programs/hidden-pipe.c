/* An address has been written to a pipe, and one to a file, and is nowhere in memory.
 * truth: definite 2 blocks 91 bytes */
#include "../verdicts.h"

#include <sys/mman.h>

APART static void hide(void)
{
	int fd[2], file = memfd_create("hidden", 0);
	if (pipe(fd))
		abort();
	void *p = made(90), *q = made(1);
	if (write(fd[1], &p, sizeof(p)) != sizeof(p) || write(file, &q, sizeof(q)) != sizeof(q))
		abort();
	escape(&p);
	escape(&q);
}

int main(void)
{
	hide();
	clear();
	return 0;
}
