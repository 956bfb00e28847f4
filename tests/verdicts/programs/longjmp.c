/* longjmp leaves functions behind, and with them a block.
 * truth: definite 1 block 48 bytes; indirect 1 block 8 bytes */
#include "../verdicts.h"

#include <setjmp.h>

static jmp_buf back;

APART static void fail(void)
{
	longjmp(back, 1);
}

APART static void work(void)
{
	void **p = made(48);
	p[1] = made(8);
	fail();
	free(escape(p));
}

int main(void)
{
	if (!setjmp(back))
		work();
	clear();
	return 0;
}
