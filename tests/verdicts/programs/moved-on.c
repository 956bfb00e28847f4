/* A reader goes on through its buffer and forgets where that began.
 * truth: possible 1 block 200 bytes */
#include "../verdicts.h"

static char *at;

APART static void read_on(void)
{
	for (at = memset(made(200), 'x', 199); at[100]; at++)
		escape(&at);
}

int main(void)
{
	read_on();
	clear();
	return 0;
}
