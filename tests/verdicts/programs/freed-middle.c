/* Freed memory between blocks that live, too large for tcache: its pages are read by nobody.
 * truth: definite 20 blocks 1000 bytes; reachable 20 blocks 40000 bytes */
#include "../verdicts.h"

enum { N = 20 };
static void *kept[N], **dangling[N];

APART static void lose(void)
{
	for (int i = 0; i < N; i++) {
		dangling[i] = made(5000);
		dangling[i][500] = made(50);
		kept[i] = made(2000);
	}
	for (int i = 0; i < N; i++)
		free(escape(dangling[i]));
}

int main(void)
{
	lose();
	clear();
	escape(kept);
	escape(dangling);
	return 0;
}
