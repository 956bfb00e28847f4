/* A binary tree of 15 nodes; its root is dropped.
 * truth: definite 1 block 24 bytes; indirect 14 blocks 336 bytes */
#include "../verdicts.h"

struct node {
	struct node *left, *right;
	long value;
};

static struct node *tree(int depth)
{
	struct node *n = depth ? made(sizeof(*n)) : NULL;
	if (n) {
		n->left = tree(depth - 1);
		n->right = tree(depth - 1);
	}
	return n;
}

APART static void lose(void)
{
	escape(tree(4));
}

int main(void)
{
	lose();
	clear();
	return 0;
}
