/* A file that nobody closes is in the C library's list of open files, with the buffer that it was
 * given; a closed one's buffer is lost.
 * truth: definite 1 block 2000 bytes; reachable 1 block 1000 bytes */
#include "../verdicts.h"

#include <stdio.h>

APART static FILE *open_with(size_t size)
{
	FILE *file = fopen("/dev/null", "r");
	if (!file || setvbuf(file, made(size), _IOFBF, size))
		abort();
	return file;
}

int main(void)
{
	open_with(1000);
	fclose(open_with(2000));
	clear();
	return 0;
}
