/* A handler at the end frees a list's head alone, and forgets the rest.
 * truth: definite 1 block 24 bytes; indirect 1 block 24 bytes */
#include "../verdicts.h"

struct node {
	struct node *next;
	long pad[2];
};
static struct node *list;

static void last(void)
{
	free(list);
	list = NULL;
	clear();
}

int main(void)
{
	list = made(sizeof(*list));
	list->next = made(sizeof(*list));
	list->next->next = made(sizeof(*list));
	escape(&list);
	atexit(last);
	clear();
	return 0;
}
