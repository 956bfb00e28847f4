/* A function has filled the stack with a pointer and has returned; then main has. The frames of
 * exit lie over the dead words and do not write to all of them.
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
	return 0;
}
