/* Blocks of all verdicts. What there is at the end:
 *   reachable: a chain of 5 nodes of 48 bytes from a global; 77 bytes from a thread that waits
 *   possible:  500 bytes, to whose inside a global points
 *   definite:  the head of a chain of 3 nodes; 1000 bytes; the first of a cycle of 2 nodes; 77
 * bytes that only a variable of main's points to, which has returned indirect:  the rest of the
 * chain, and of the cycle With an argument: the process ends within main, so that its variable is
 * alive. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct node {
	struct node *volatile next; /* written, whatever the compiler believes */
	char pad[40];
};

struct node *global;
char *inside;
static int ready[2];

static struct node *chain(int n)
{
	struct node *head = NULL;
	while (n--) {
		struct node *x = calloc(1, sizeof(*x));
		x->next = head;
		head = x;
	}
	return head;
}

__attribute__((noinline)) static void lose(void)
{
	struct node *volatile a = calloc(1, sizeof(*a)), *volatile b = calloc(1, sizeof(*b));
	a->next = b;
	b->next = a;
	a = chain(3);
	b = malloc(1000);
	a = b = NULL;
}

__attribute__((noinline)) static void overwrite(void)
{
	volatile char stack[8192];
	memset((void *)stack, 0, sizeof(stack));
}

static void *wait_with_block(void *unused)
{
	void *volatile kept = malloc(77);
	(void)unused;
	if (write(ready[1], "", 1) != 1)
		abort();
	for (;;)
		pause();
	free(kept);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;
	char c;
	(void)argv;
	global = chain(5);
	inside = (char *)malloc(500) + 100;
	lose();
	overwrite();
	if (argc > 2) {
		if (pipe(ready) || pthread_create(&thread, NULL, wait_with_block, NULL) ||
			read(ready[0], &c, 1) != 1)
			abort();
		return 0;
	}
	void *volatile local = malloc(77);
	if (argc > 1)
		exit(local == NULL);
	return 0;
}
