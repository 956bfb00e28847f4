/* A ring of two nodes (48 bytes), made last, leads to a ring of three (32 bytes).
 * truth: definite 1 block 48 bytes; indirect 4 blocks 144 bytes */
#include "../verdicts.h"

struct node {
	struct node *next, *other;
	long pad[2];
};

APART static void lose(void)
{
	struct node *a = made(32), *b = made(32), *c = made(32), *x = made(48), *y = made(48);
	a->next = b;
	b->next = c;
	c->next = a;
	x->next = y;
	y->next = x;
	y->other = b;
	escape(x);
}

int main(void)
{
	lose();
	clear();
	return 0;
}
