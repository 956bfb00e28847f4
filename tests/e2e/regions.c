/* Regions, marks and names of threads, in ways whose numbers are known beforehand: regions.tap has
 * them. Each way is a word on the command line. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "leaktrace.h"

#define APART __attribute__((noinline, noclone))

static void *kept[4096];
static unsigned kept_used;

/* Not to be left out by the compiler. */
static APART void *get(size_t size)
{
	char *p = malloc(size);
	__asm__ volatile("" : : "r"(p) : "memory");
	return p;
}

static APART void use(unsigned n, size_t size)
{
	for (unsigned i = 0; i < n; i++)
		free(get(size));
}

static APART void keep(size_t size)
{
	kept[kept_used++] = get(size);
}

/* 3 entries of load: 10 of 100 bytes each, and within each 2 of parse: 3 of 8 bytes, one of which
 * is kept by the second of each. 5 in none. */
static void nested(void)
{
	use(5, 1);
	for (int i = 0; i < 3; i++) {
		leaktrace_region_begin("load");
		use(10, 100);
		for (int k = 0; k < 2; k++) {
			leaktrace_region_begin("parse");
			use(2, 8);
			if (k)
				keep(8);
			else
				use(1, 8);
			leaktrace_region_end("parse");
		}
		leaktrace_region_end("load");
	}
}

/* A value of depth n is a block and two values of depth n - 1. */
static APART void parse_value(unsigned depth)
{
	leaktrace_region_begin("value");
	use(1, 16);
	if (depth) {
		parse_value(depth - 1);
		parse_value(depth - 1);
	}
	leaktrace_region_end("value");
}

static APART void parse_text(unsigned n)
{
	use(n, 3);
	parse_value(4); /* 31 */
}

/* Without regions of such names: parse_text() is the outermost, but for once. */
static void functions(void)
{
	parse_text(5);
	parse_text(6);
	parse_value(0);
	use(7, 1);
}

static void *worker(void *arg)
{
	leaktrace_thread_name(arg);
	leaktrace_region_begin("work");
	use(*(const char *)arg == 'a' ? 4 : 6, 10);
	leaktrace_region_end(NULL);
	leaktrace_region_end("main's"); /* another thread's */
	return NULL;
}

static void threads(void)
{
	pthread_t t[2];
	leaktrace_region_begin("main's");
	for (int i = 0; i < 2; i++) {
		pthread_create(&t[i], NULL, worker, (void *)(i ? "beta" : "alpha"));
		pthread_join(t[i], NULL);
	}
	leaktrace_region_end("main's");
	leaktrace_region_end("main's"); /* nobody's */
	leaktrace_region_begin("work");
	use(1, 10);
	leaktrace_region_begin("within"); /* neither is ended */
}

static void marks(void)
{
	use(3, 1);
	leaktrace_mark("begin");
	keep(100);
	leaktrace_mark("turn");
	keep(1000);
	leaktrace_mark("turn");
	keep(10000);
	leaktrace_mark("end");
	keep(100000);
}

/* The child is in the region that it was forked in. */
static void forks(void)
{
	leaktrace_region_begin("serve");
	use(1, 10);
	pid_t child = fork();
	if (child == 0) {
		use(100, 10);
		leaktrace_region_begin("serve child");
		use(1000, 10);
		leaktrace_region_end("serve child");
		leaktrace_region_end("serve");
		leaktrace_region_begin("serve");
		use(2, 10);
		leaktrace_region_end("serve");
		_exit(0);
	}
	waitpid(child, NULL, 0);
	leaktrace_region_end("serve");
}

static void odd(void)
{
	static const char *const names[] = {
		"\033[31mred", "two\nlines", "a/b", "", "\xff\xfe", "caf\xc3\xa9"};
	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		leaktrace_region_begin(names[i]);
		use(i + 1, 1);
		leaktrace_region_end(names[i]);
	}
	for (int i = 0; i < 20000; i++) {
		leaktrace_region_begin("deep");
		leaktrace_region_begin("deeper");
		use(1, 1);
	}
}

static void leaks(void)
{
	leaktrace_region_begin("leaky");
	for (int i = 0; i < 3; i++)
		get(50);
	use(10, 50);
	leaktrace_region_end("leaky");
	for (int i = 0; i < 7; i++) /* at a line of its own */
		get(50);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} ways[] = {{"nested", nested}, {"functions", functions}, {"threads", threads},
		{"marks", marks}, {"forks", forks}, {"odd", odd}, {"leaks", leaks}};
	for (int i = 1; i < argc; i++)
		for (unsigned k = 0; k < sizeof(ways) / sizeof(*ways); k++)
			if (strcmp(argv[i], ways[k].name) == 0)
				ways[k].run();
	return 0;
}
