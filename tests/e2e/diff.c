/* A program to be compared with itself, changed a little. WHAT says how:
 *   (nothing)  as it is
 *   LINES      unrelated edits: other lines, another function grown, others' addresses
 *   ADDED      parse_item() allocates once more
 *   REMOVED    parse_item() allocates once less
 *   HELPER     what parse_item() allocates is made in a function of its own
 *   RENAMED    parse_list() is called read_list(), and nothing else changed
 *   LEAK       parse_item() loses a block on its error path
 *   DEEPER     the recursion goes deeper */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef LINES

static char table[4096];
__attribute__((noinline)) void unrelated(int n)
{
	for (int i = 0; i < n; i++)
		snprintf(table + 64 * (i % 60), 64, "%d %d %s", i, n * i, table + 128);
	if (table[5] == 'x')
		puts(table);
}
#else
__attribute__((noinline)) void unrelated(int n)
{
	(void)n;
}
#endif

#ifdef RENAMED
#define parse_list read_list
#endif

static void *volatile sink;

/* Cloned by the compiler: one of its arguments is always the same, another is unused. */
static __attribute__((noinline)) void *make_node(int kind, size_t size, int unused)
{
	(void)unused;
	char *p = malloc(size + (kind == 3 ? 8 : 0));
	if (p)
		memset(p, kind, size);
	return p;
}

static inline void *inlined_copy(const char *text)
{
	return strdup(text);
}

#ifdef HELPER
__attribute__((noinline)) static void *make_name(int i)
{
	void *p = malloc((size_t)(10 + i % 3));
	sink = p;
	return p;
}
#else
#define make_name(i) malloc((size_t)(10 + (i) % 3))
#endif

__attribute__((noinline)) static void parse_item(int i)
{
	void *name = make_name(i);
	sink = name;
	void *node = make_node(3, (size_t)i + 1, 0);
	sink = node;
#ifndef REMOVED
	void *copy = inlined_copy("an item");
	sink = copy;
	free(copy);
#endif
#ifdef ADDED
	void *more = calloc(1, 40);
	sink = more;
	free(more);
#endif
#ifdef LEAK
	if (i % 50 == 0) {
		sink = NULL;
		free(node);
		return;
	}
#endif
	free(node);
	free(name);
}

__attribute__((noinline)) static void parse_list(int depth, int n)
{
	void *list = malloc(24);
	sink = list;
	for (int i = 0; i < n; i++)
		parse_item(i);
	if (depth > 0)
		parse_list(depth - 1, 1);
	free(list);
}

static void *work(void *arg)
{
	void *p = malloc(77);
	sink = p;
	free(p);
	return arg;
}

static __attribute__((constructor)) void prepare(void)
{
	void *p = malloc(78);
	sink = p;
	free(p);
}

int main(void)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, work, NULL) == 0)
		pthread_join(thread, NULL);
	unrelated(9);
#ifdef DEEPER
	parse_list(7, 98);
#else
	parse_list(3, 98);
#endif
	sink = NULL;
	return 0;
}
