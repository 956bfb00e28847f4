/* Blocks of all verdicts. What there is at the end:
 *   reachable: a chain of 5 nodes of 48 bytes, from a global
 *   possible:  500 bytes, to whose inside a global points
 *   definite:  the head of a chain of 3 nodes; 1000 bytes; the first of a cycle of 2 nodes; and
 *              77 bytes to which only a variable of main's points, which has returned
 *   indirect:  the rest of the chain, and of the cycle
 *
 * With an argument the process ends within main, so that its variable is alive. With two a thread
 * waits that holds 77 bytes instead, and 64 blocks in its arena to which only mappings point that
 * may lie side by side with the arena. With three there are 508 bytes too, to which a global points
 * behind their length. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct node {
	struct node *volatile next; /* written, whatever the compiler believes */
	char pad[40];
};

struct node *global;
char *inside, *prefixed;
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
	for (int i = 0; i < 64; i++) {
		void **page = mmap(
			NULL, 1 << 18, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (page == MAP_FAILED)
			abort();
		page[8] = malloc(33);
	}
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
	if (argc > 3) {
		size_t *block = malloc(508);
		*block = 500;
		prefixed = (char *)(block + 1);
	}
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
