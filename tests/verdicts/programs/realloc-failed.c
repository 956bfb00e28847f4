/* p = realloc(p, n), where realloc fails and p is overwritten with NULL.
 * truth: definite 1 block 100 bytes */
#include "../verdicts.h"

static void *p;
static volatile size_t much = (size_t)1 << 62;

APART static void grow(void)
{
	p = made(100);
	p = escape(realloc(p, much));
	escape(&p);
}

int main(void)
{
	grow();
	clear();
	return 0;
}
