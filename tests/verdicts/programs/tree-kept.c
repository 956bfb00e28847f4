/* A binary tree of 15 nodes, held by a static variable.
 * truth: reachable 15 blocks 360 bytes */
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

int main(void)
{
	root = tree(4);
	escape(&root);
	clear();
	return 0;
}
