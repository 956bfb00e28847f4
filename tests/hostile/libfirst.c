/* A library whose constructor runs before any other, the tracer's too, and allocates. */
#include <stdlib.h>
#include <string.h>

extern char *first_block, *first_grown;
char *first_block, *first_grown;

__attribute__((constructor)) static void first(void)
{
	first_block = malloc(100);
	first_grown = realloc(calloc(10, 10), 3000);
	free(malloc(5000));
	void *aligned = NULL;
	if (posix_memalign(&aligned, 4096, 10) == 0 && ((unsigned long)aligned & 4095) == 0)
		strcpy(first_block, "first");
	free(aligned);
}
