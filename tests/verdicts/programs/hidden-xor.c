/* A list whose nodes hold the exclusive or of their neighbours: no word is an address but the
 * head.
 * truth: definite 9 blocks 144 bytes; reachable 1 block 16 bytes */
#include "../verdicts.h"

#include <stdint.h>

struct node {
	uintptr_t both;
	long value;
};
static struct node *head;

APART static void make(void)
{
	for (int i = 0; i < 10; i++) {
		struct node *n = made(sizeof(*n));
		n->both = (uintptr_t)head;
		if (head && head->both)
			head->both ^= (uintptr_t)n;
		else if (head)
			head->both = ~(uintptr_t)n; /* the last has one neighbour */
		head = n;
	}
	head->both = ~head->both;
	escape(&head);
}

int main(void)
{
	make();
	clear();
	return 0;
}
