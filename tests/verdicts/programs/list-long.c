/* A list of 100,000 nodes is dropped.
 * truth: definite 1 block 16 bytes; indirect 99999 blocks 1599984 bytes */
#include "../verdicts.h"

struct node {
	struct node *next;
	long value;
};

APART static void lose(void)
{
	struct node *head = NULL;
	for (int i = 0; i < 100000; i++) {
		struct node *n = made(sizeof(*n));
		n->next = head;
		head = n;
	}
	escape(head);
}

int main(void)
{
	lose();
	clear();
	return 0;
}
