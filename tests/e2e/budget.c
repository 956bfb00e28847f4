/* A program that knows how often it allocates, and says so: budget MORE [LEAK]. MORE: so many
 * records more (or less) than ten are parsed; LEAK: what becomes of a message: definite, indirect,
 * possible, reachable, kill (the process ends by a signal). */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long allocations;
static void *volatile kept;
static char *volatile inside;

static void *xmalloc(size_t size)
{
	void *p = malloc(size);
	allocations++;
	if (!p)
		abort();
	memset(p, 0, size);
	return p;
}

static void parse_record(void **list, int i)
{
	list[i] = xmalloc(40);
}

static void read_records(int n)
{
	void **list = xmalloc((size_t)n * sizeof(*list));
	for (int i = 0; i < n; i++)
		parse_record(list, i);
	for (int i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

static void report_error(const char *what)
{
	char **message = xmalloc(64);
	if (strcmp(what, "indirect") == 0)
		*message = xmalloc(100);
	if (strcmp(what, "reachable") == 0)
		kept = message;
	else if (strcmp(what, "possible") == 0)
		inside = (char *)message + 5;
	else if (strcmp(what, "free") == 0)
		free(message);
	message = NULL;
}

/* What is left of message on the stack. */
static void overwrite(void)
{
	volatile char room[4096];
	memset((char *)room, 0, sizeof(room));
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	read_records(10 + (argc > 1 ? atoi(argv[1]) : 0));
	report_error(argc > 2 ? argv[2] : "free");
	overwrite();
	printf("%lu\n", allocations);
	if (argc > 2 && strcmp(argv[2], "kill") == 0)
		raise(SIGKILL);
	return 0;
}
