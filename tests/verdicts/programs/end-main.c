/* Once main has returned, its variables are dead.
 * truth: definite 1 block 44 bytes */
#include "../verdicts.h"

int main(void)
{
	void *volatile kept[100];
	for (int i = 0; i < 100; i++)
		kept[i] = NULL;
	kept[50] = made(44);
	escape((void *)kept);
	return 0;
}
