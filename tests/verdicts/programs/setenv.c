/* What setenv copies is the C library's; a string given to putenv is held by the environment, and
 * no longer once it has been replaced.
 * truth: definite 1 block 10 bytes; reachable 1 block 10 bytes */
#include "../verdicts.h"

APART static void set(void)
{
	setenv("FIRST", "some text", 1);
	putenv(strcpy(made(10), "SECOND=xx"));
	putenv(strcpy(made(10), "SECOND=yy"));
}

int main(void)
{
	set();
	clear();
	return 0;
}
