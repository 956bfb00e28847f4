/* circular-reference, repaired: the ring is cut and released before the last pointer to it goes.
 *
 * expect: ends=exit:0
 * absent: finding=leak.definite
 * expect: unfreed site=new_node count=0 bytes=0
 * expect: allocated site=new_node count=8 bytes=512
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 8 };

struct node {
	struct node *next;
	char payload[56];
};

static struct node *new_node(struct node *next)
{
	struct node *n = malloc(sizeof(*n));
	if (!n)
		abort();
	n->next = next;
	memset(n->payload, 'x', sizeof(n->payload));
	return n;
}

static struct node *make_ring(void)
{
	struct node *last = new_node(NULL), *first = last;
	for (int i = 1; i < NODES; i++)
		first = new_node(first);
	last->next = first;
	return first;
}

static void free_ring(struct node *ring)
{
	struct node *n = ring->next;
	ring->next = NULL; /* cut: now it is a list */
	while (n) {
		struct node *next = n->next;
		free(n);
		n = next;
	}
}

static size_t use_ring(void)
{
	size_t sum = 0;
	struct node *ring = make_ring(), *n = ring;
	do {
		sum += sizeof(n->payload);
		n = n->next;
	} while (n != ring);
	free_ring(ring);
	return sum;
}

int main(void)
{
	size_t used = use_ring();
	printf("%zu bytes in a ring\n", used);
	return 0;
}
