/* A directory that is opened and forgotten: glibc keeps its state and 32 KiB for entries in one
 * block.
 * truth: definite 1 block 32768+ bytes */
#include "../verdicts.h"

#include <dirent.h>

APART static void lose(void)
{
	escape(opendir("/"));
}

int main(void)
{
	lose();
	clear();
	return 0;
}
