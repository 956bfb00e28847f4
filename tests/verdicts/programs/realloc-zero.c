/* realloc to nothing is a release, realloc from nothing an allocation.
 * truth: definite 1 block 33 bytes */
#include "../verdicts.h"

static volatile size_t none;

APART static void make(void)
{
	void *p = made(100);
	escape(realloc(p, none));
	escape(realloc(escape(NULL), 33));
}

int main(void)
{
	make();
	clear();
	return 0;
}
