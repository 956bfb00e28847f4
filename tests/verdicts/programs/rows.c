/* Of an array of ten rows the array is freed, and the rows are not.
 * truth: definite 10 blocks 400 bytes */
#include "../verdicts.h"

APART static void lose(void)
{
	void **rows = made(10 * sizeof(*rows));
	for (int i = 0; i < 10; i++)
		rows[i] = made(40);
	free(escape(rows));
}

int main(void)
{
	lose();
	clear();
	return 0;
}
