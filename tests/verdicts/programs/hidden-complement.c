/* The only copy of an address is its complement.
 * truth: definite 1 block 90 bytes; indirect 1 block 30 bytes */
#include "../verdicts.h"

#include <stdint.h>

static uintptr_t hidden;

APART static void hide(void)
{
	void **p = made(90);
	p[1] = made(30);
	hidden = ~(uintptr_t)p;
	escape(&hidden);
}

int main(void)
{
	hide();
	clear();
	return 0;
}
