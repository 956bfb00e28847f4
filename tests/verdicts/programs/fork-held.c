/* A child hangs a block of its own into a list that it has inherited, and frees a block of its
 * parent's.
 * truth: reachable 2 blocks 64 bytes
 * child: none */
#include "../verdicts.h"

#include <sys/wait.h>

static struct node {
	struct node *next;
	void *value;
	long pad[2];
} * list;

APART static void make(void)
{
	list = made(sizeof(*list));
	list->next = made(sizeof(*list));
	escape(&list);
}

int main(void)
{
	make();
	pid_t pid = fork();
	if (pid == 0) {
		list->next->value = made(35);
		free(escape(made(20)));
		clear();
		exit(0);
	}
	waitpid(pid, NULL, 0);
	clear();
	return 0;
}
