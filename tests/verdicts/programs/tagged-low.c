/* Pointers with a mark in their lowest bit: they point into the block.
 * truth: possible 3 blocks 96 bytes */
#include "../verdicts.h"

#include <stdint.h>

static uintptr_t tagged[3];

APART static void make(void)
{
	for (int i = 0; i < 3; i++)
		tagged[i] = (uintptr_t)made(32) | (unsigned)(i + 1);
	escape(tagged);
}

int main(void)
{
	make();
	clear();
	return 0;
}
