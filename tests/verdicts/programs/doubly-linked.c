/* A doubly linked list of 50 nodes is dropped. Each node leads to each: the first allocated stands
 * for all.
 * truth: definite 1 block 24 bytes; indirect 49 blocks 1176 bytes */
#include "../verdicts.h"

struct node {
	struct node *next, *prev;
	long value;
};

APART static void lose(void)
{
	struct node *head = made(sizeof(*head)), *tail = head;
	for (int i = 1; i < 50; i++) {
		struct node *n = made(sizeof(*n));
		n->prev = tail;
		tail->next = n;
		tail = n;
	}
	escape(head);
}

int main(void)
{
	lose();
	clear();
	return 0;
}
