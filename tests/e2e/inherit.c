/* What a forked child has of its parent's. The parent holds a table by a global and has lost 100
 * bytes, and 40 that these hold. Each child then
 *   keeps 64 bytes that only the table holds, which is its parent's: reachable
 *   loses 72: definite
 *   keeps 88 that only the lost block holds: indirect
 *   frees a block of its parent's and is given 104 in its place; makes one of its parent's larger,
 * to 3000 bytes: both held by the table, reachable and each child of a child the same, once more.
 *
 * inherit GENERATIONS WAY [MANY [THREAD]]: forks by WAY (fork, daemon, bare), one generation after
 * the other; the parent makes MANY events before, in another thread if so wanted. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GENERATIONS = 16 };

struct table {
	void *volatile kept[GENERATIONS];
	void *volatile given[GENERATIONS];
	void *volatile larger[GENERATIONS];
	char pad[5000];
};
struct table *volatile table;
static volatile uintptr_t hidden; /* the lost block's address, not as a pointer */

__attribute__((noinline)) static void lose_first(void)
{
	void *volatile *lost = calloc(1, 100);
	lost[0] = malloc(40);
	hidden = ~(uintptr_t)lost;
}

__attribute__((noinline)) static void begin(void)
{
	table = calloc(1, sizeof(*table));
	for (int i = 0; i < GENERATIONS; i++) {
		table->given[i] = malloc(104);
		table->larger[i] = malloc(200);
	}
	lose_first();
}

__attribute__((noinline)) static void do_child(int i)
{
	void **lost = (void **)~hidden;
	void **last = i ? table->kept[i - 1] : NULL;
	void *volatile gone = calloc(1, 72);
	gone = NULL;
	void *kept = calloc(1, 64);
	if (last) /* the last generation's holds this one's */
		last[0] = kept;
	table->kept[i] = kept;
	lost[2] = malloc(88);
	free(table->given[i]);
	table->given[i] = malloc(104);
	table->larger[i] = realloc(table->larger[i], 3000);
	(void)gone;
}

__attribute__((noinline)) static void overwrite(void)
{
	volatile char stack[8192];
	memset((void *)stack, 0, sizeof(stack));
}

static void *make_events(void *many)
{
	void *volatile held[64] = {NULL};
	for (intptr_t i = 0; i < (intptr_t)many; i++) {
		free(held[i % 64]);
		held[i % 64] = malloc((size_t)i % 300);
	}
	for (int i = 0; i < 64; i++)
		free(held[i]);
	return NULL;
}

/* As fork(); the parent has waited for the child, unless it ended itself. */
static pid_t make_child(const char *way)
{
	int status = 0;
	if (strcmp(way, "daemon") == 0)
		return daemon(1, 1);
	pid_t pid = strcmp(way, "bare") == 0 ? (pid_t)syscall(SYS_fork) : fork();
	if (pid > 0 && (waitpid(pid, &status, 0) != pid || status != 0))
		_exit(9);
	return pid;
}

int main(int argc, char **argv)
{
	int generations = atoi(argv[1]);
	void *many = (void *)(intptr_t)(argc > 3 ? atoi(argv[3]) : 0);
	begin();
	if (argc > 4) {
		pthread_t t;
		pthread_create(&t, NULL, make_events, many);
		pthread_join(t, NULL);
	} else {
		make_events(many);
	}
	overwrite();
	for (int i = 0; i < generations; i++) {
		if (make_child(argv[2]) != 0)
			_exit(0);
		do_child(i);
		overwrite();
	}
	_exit(0);
}
