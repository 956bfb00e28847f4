/* A ring of three nodes; the last outside pointer is dropped.
 * truth: definite 1 block 32 bytes; indirect 2 blocks 64 bytes */
#include "../verdicts.h"

struct node {
	struct node *next;
	long pad[3];
};

APART static void lose(void)
{
	struct node *a = made(sizeof(*a)), *b = made(sizeof(*b)), *c = made(sizeof(*c));
	a->next = b;
	b->next = c;
	c->next = a;
	escape(a);
}

int main(void)
{
	lose();
	clear();
	return 0;
}
