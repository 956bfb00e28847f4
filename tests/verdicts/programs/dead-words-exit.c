/* As dead-words-main.c, but main calls exit: its frame is alive, and all below it is not.
 * truth: definite 1 block 44 bytes */
#include "../verdicts.h"

APART static void leave_behind(void)
{
	void *volatile deep[2000];
	void *p = made(44);
	for (int i = 0; i < 2000; i++)
		deep[i] = p;
	escape((void *)deep);
}

int main(void)
{
	leave_behind();
	exit(0);
}
