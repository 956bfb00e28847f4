/* A thread waits. What its calls have left below its stack pointer is nobody's, beyond the 128
 * bytes that a function may use there: there stands the only pointer to a block.
 * truth: definite 1 block 77 bytes */
#include "../verdicts.h"

APART static void leave_behind(void)
{
	void *volatile deep[1000];
	void *p = made(77);
	for (int i = 0; i < 1000; i++)
		deep[i] = i < 900 ? p : NULL;
	escape((void *)deep);
}

static void *waits(void *unused)
{
	ready();
	leave_behind();
	for (;;)
		pause();
	return unused;
}

int main(void)
{
	start(waits, NULL);
	return 0;
}
