/* A lost block leads to a ring of three, and the ring leads to a chain of two.
 * truth: definite 1 block 80 bytes; indirect 5 blocks 160 bytes */
#include "../verdicts.h"

struct node {
	struct node *next, *other;
	long pad[2];
};

APART static void lose(void)
{
	struct node *a = made(32), *b = made(32), *c = made(32), *d = made(32), *e = made(32);
	struct node *owner = made(80);
	a->next = b;
	b->next = c;
	c->next = a;
	c->other = d;
	d->next = e;
	owner->next = b;
	escape(owner);
}

int main(void)
{
	lose();
	clear();
	return 0;
}
