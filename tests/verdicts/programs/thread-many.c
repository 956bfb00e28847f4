/* Twenty threads, one after the other, forget a block each in the same arenas; each keeps one in a
 * list.
 * truth: definite 20 blocks 600 bytes; reachable 20 blocks 800 bytes */
#include "../verdicts.h"

struct node {
	struct node *next;
	long pad[4];
};
static struct node *list;

static void *ends(void *unused)
{
	struct node *n = made(sizeof(*n));
	made(30);
	n->next = list;
	list = n;
	clear();
	return unused;
}

int main(void)
{
	pthread_t thread;
	for (int i = 0; i < 20; i++)
		if (pthread_create(&thread, NULL, ends, NULL) || pthread_join(thread, NULL))
			abort();
	escape(&list);
	return 0;
}
