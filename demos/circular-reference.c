/* circular-reference: nodes of a ring point at each other, and the last pointer from outside is
 * dropped. Counting references would not release them either.
 *
 * expect: ends=exit:0
 * expect: finding=leak.definite site=new_node count=1 bytes=64 indirect_blocks=7 indirect_bytes=448
 * expect: finding=leak.definite site=new_node cycles=1 cycle_blocks=8 cycle_bytes=512
 * expect: unfreed site=new_node count=8 bytes=512
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

/* Leaves no pointer behind on the stack. */
static void forget(void)
{
	char stack[4096];
	memset(stack, 0, sizeof(stack));
	__asm__ volatile("" : : "r"(stack) : "memory");
}

static size_t use_ring(void)
{
	size_t sum = 0;
	struct node *ring = make_ring(), *n = ring;
	do {
		sum += sizeof(n->payload);
		n = n->next;
	} while (n != ring);
	return sum; /* ring was the last pointer from outside */
}

int main(void)
{
	size_t used = use_ring();
	forget();
	printf("%zu bytes in a ring\n", used);
	return 0;
}
