/* A tree of the C library's (tsearch), whose nodes have a mark in a bit of their pointers, that is
 * kept, and one that is lost. Its keys are the program's.
 * truth: definite 1 block 24 bytes; indirect 9 blocks 136 bytes; reachable 5 blocks 40 bytes */
#include "../verdicts.h"

#include <search.h>

static void *kept;

static int compare(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

APART static void *tree(void)
{
	void *root = NULL;
	for (int i = 1; i <= 5; i++) {
		int *key = made(8);
		*key = i;
		tsearch(key, &root, compare);
	}
	return root;
}

int main(void)
{
	kept = tree();
	escape(&kept);
	escape(tree());
	clear();
	return 0;
}
