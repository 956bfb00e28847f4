/* Of a kept binary tree of 15 nodes the left half, 7 nodes, is cut off and forgotten.
 * truth: definite 1 block 24 bytes; indirect 6 blocks 144 bytes; reachable 8 blocks 192 bytes */
#include "../verdicts.h"

struct node {
	struct node *left, *right;
	long value;
};
static struct node *root;

static struct node *tree(int depth)
{
	struct node *n = depth ? made(sizeof(*n)) : NULL;
	if (n) {
		n->left = tree(depth - 1);
		n->right = tree(depth - 1);
	}
	return n;
}

APART static void cut(void)
{
	root = tree(4);
	escape(&root);
	root->left = NULL;
}

int main(void)
{
	cut();
	clear();
	return 0;
}
