/* A ring of nodes with embedded links, which point to each other's links and never to a node's
 * start. Their head lay on the stack. A cycle of interior pointers is a cycle.
 * truth: definite 1 block 40 bytes; indirect 4 blocks 160 bytes */
#include "../verdicts.h"

struct link {
	struct link *next, *prev;
};
struct node {
	long value[3];
	struct link link;
};

APART static void lose(void)
{
	struct link head = {&head, &head};
	for (int i = 0; i < 5; i++) {
		struct node *n = made(sizeof(*n));
		n->link.next = &head;
		n->link.prev = head.prev;
		head.prev->next = &n->link;
		head.prev = &n->link;
	}
	head.next->prev = head.prev; /* the head is taken out */
	head.prev->next = head.next;
	escape(&head);
}

int main(void)
{
	lose();
	clear();
	return 0;
}
