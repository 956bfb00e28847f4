/* System V shared memory holds a block.
 * truth: reachable 1 block 64 bytes */
#include "../verdicts.h"

#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/mman.h>

APART static void make(void)
{
	int id = shmget(IPC_PRIVATE, 65536, IPC_CREAT | 0600);
	void **p = shmat(id, NULL, 0);
	if (id < 0 || shmctl(id, IPC_RMID, NULL) || p == MAP_FAILED)
		abort();
	p[100] = made(64);
}

int main(void)
{
	make();
	clear();
	return 0;
}
