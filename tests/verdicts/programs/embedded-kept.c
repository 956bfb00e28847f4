/* As embedded-lost.c, with a static head: interior pointers alone lead to the nodes.
 * truth: possible 5 blocks 200 bytes */
#include "../verdicts.h"

struct link {
	struct link *next, *prev;
};
struct node {
	long value[3];
	struct link link;
};
static struct link head = {&head, &head};

APART static void make(void)
{
	for (int i = 0; i < 5; i++) {
		struct node *n = made(sizeof(*n));
		n->link.next = &head;
		n->link.prev = head.prev;
		head.prev->next = &n->link;
		head.prev = &n->link;
	}
	escape(&head);
}

int main(void)
{
	make();
	clear();
	return 0;
}
