/* Three results that nobody takes.
 * truth: definite 3 blocks 1111 bytes */
#include "../verdicts.h"

APART static void forget(void)
{
	made(1);
	made(110);
	made(1000);
}

int main(void)
{
	forget();
	clear();
	return 0;
}
