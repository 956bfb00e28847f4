/* malloc has been told to give blocks of 4096 bytes and more mappings of their own. Some are lost,
 * with what they hold, some are kept; what one holds that was freed is lost.
 * truth: definite 4 blocks 16460 bytes; indirect 3 blocks 153 bytes; reachable 6 blocks 18585
 * bytes */
#include "../verdicts.h"

#include <malloc.h>

static void **kept[3];

APART static void **block(size_t size, size_t child)
{
	void **p = made(size);
	p[size / 8 - 1] = made(child);
	return p;
}

APART static void make(void)
{
	mallopt(M_MMAP_THRESHOLD, 4096);
	for (size_t i = 0; i < 3; i++) {
		escape(block(5464, 50 + i));
		kept[i] = block(6144, 50 + i);
	}
	escape(kept);
	free(block(8192, 68));
}

int main(void)
{
	make();
	clear();
	return 0;
}
