/* The strings of the environment are moved into a block, as programs do that write their title over
 * the old ones, and then another environment takes its place: the old array still holds the block.
 * truth: reachable 2 blocks 66 bytes */
#include "../verdicts.h"

extern char **environ;

static char *other[] = {(char *)"A=b", NULL};

APART static void move(void)
{
	environ[0] = strcpy(made(44), "FIRST=1");
	environ[1] = strcpy(made(22), "SECOND=2");
	environ = other;
}

int main(void)
{
	if (!environ[0] || !environ[1])
		return 99;
	move();
	clear();
	return 0;
}
