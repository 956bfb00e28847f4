/* Sorting an array of pointers makes copies of them, which are gone afterwards; half of the array
 * is cleared.
 * truth: definite 300 blocks 4800 bytes; reachable 300 blocks 4800 bytes */
#include "../verdicts.h"

#include <stdint.h>

static void *table[600];

static int compare(const void *a, const void *b)
{
	uintptr_t x = *(uintptr_t *)a, y = *(uintptr_t *)b;
	return x < y ? 1 : x > y ? -1 : 0;
}

APART static void make(void)
{
	for (int i = 0; i < 600; i++)
		table[i] = made(16);
	qsort(table, 600, sizeof(*table), compare);
	memset(table, 0, sizeof(table) / 2);
	escape(table);
}

int main(void)
{
	make();
	clear();
	return 0;
}
