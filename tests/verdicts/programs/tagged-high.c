/* Pointers with a number in their highest 16 bits are addresses of nothing.
 * truth: definite 3 blocks 96 bytes */
#include "../verdicts.h"

#include <stdint.h>

static uintptr_t tagged[3];

APART static void make(void)
{
	for (int i = 0; i < 3; i++)
		tagged[i] = (uintptr_t)made(32) | (uintptr_t)(i + 1) << 48;
	escape(tagged);
}

int main(void)
{
	make();
	clear();
	return 0;
}
