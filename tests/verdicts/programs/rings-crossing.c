/* Two rings of three nodes that have one node in common, which was made last.
 * truth: definite 1 block 32 bytes; indirect 4 blocks 160 bytes */
#include "../verdicts.h"

struct node {
	struct node *next, *other;
	long pad[2];
};

APART static void lose(void)
{
	struct node *a = made(32), *b = made(40), *c = made(40), *d = made(40), *x = made(40);
	a->next = b;
	b->next = x;
	x->next = a;
	x->other = c;
	c->next = d;
	d->next = x;
	escape(x);
}

int main(void)
{
	lose();
	clear();
	return 0;
}
