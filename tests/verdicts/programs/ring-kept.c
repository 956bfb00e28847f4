/* A ring of three nodes, one of which a static variable points to.
 * truth: reachable 3 blocks 96 bytes */
#include "../verdicts.h"

struct node {
	struct node *next;
	long pad[3];
};
static struct node *kept;

APART static void make(void)
{
	struct node *a = made(sizeof(*a)), *b = made(sizeof(*b)), *c = made(sizeof(*c));
	a->next = b;
	b->next = c;
	c->next = a;
	kept = b;
	escape(&kept);
}

int main(void)
{
	make();
	clear();
	return 0;
}
