/* The process ends by _exit, which calls nobody.
 * truth: definite 1 block 45 bytes */
#include "../verdicts.h"

APART static void lose(void)
{
	made(45);
}

int main(void)
{
	lose();
	clear();
	_exit(0);
}
