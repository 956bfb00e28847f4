/* Memory shared with processes to come holds a block.
 * truth: reachable 1 block 64 bytes */
#include "../verdicts.h"

#include <sys/mman.h>

APART static void make(void)
{
	void **p = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		abort();
	p[100] = made(64);
}

int main(void)
{
	make();
	clear();
	return 0;
}
