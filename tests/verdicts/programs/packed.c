/* Packed structures: at odd places stand pointers, which are no words in the sense of memcheck,
 * LeakSanitizer and this suite: a pointer lies at a multiple of its size. One lies so by chance.
 * truth: definite 7 blocks 70 bytes; reachable 1 block 10 bytes */
#include "../verdicts.h"

static struct __attribute__((packed)) {
	char tag;
	void *p;
} table[8] __attribute__((aligned(8))); /* the last is at 7 * 9 + 1 = 64 */

APART static void make(void)
{
	for (int i = 0; i < 8; i++)
		table[i].p = made(10);
	escape(table);
}

int main(void)
{
	make();
	clear();
	return 0;
}
