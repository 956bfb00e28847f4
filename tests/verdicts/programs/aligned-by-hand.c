/* Memory that the program has aligned by itself, keeping in front of it where it began.
 * truth: possible 1 block 200 bytes */
#include "../verdicts.h"

#include <stdint.h>

static void **aligned;

APART static void make(void)
{
	uintptr_t p = (uintptr_t)made(200);
	aligned = (void **)((p + 8 + 63) & ~(uintptr_t)63);
	aligned[-1] = (void *)p;
	escape(&aligned);
}

int main(void)
{
	make();
	clear();
	return 0;
}
