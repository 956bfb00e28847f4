/* A program with a global cache: a table of chains of entries with a value each, 2000 of them.
 * Another variable lists a few of the values; one is on main's stack alone, one for a thread's own.
 * It ends within main. Argument "lost": the cache is forgotten first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ENTRIES = 2000, BUCKETS = 64, LISTED = 5 };

struct entry {
	struct entry *next;
	long key;
	char *value;
};

struct cache {
	long count;
	struct entry **table;
};

static struct cache cache;
char *listed[LISTED];
static __thread char *volatile own;

static void make_table(void)
{
	cache.table = calloc(BUCKETS, sizeof(*cache.table));
}

static char *make_value(long key)
{
	char *value = malloc(100);
	snprintf(value, 100, "value %ld", key);
	return value;
}

static void add(long key)
{
	struct entry *e = malloc(sizeof(*e));
	*e = (struct entry){
		.next = cache.table[key % BUCKETS], .key = key, .value = make_value(key)};
	cache.table[key % BUCKETS] = e;
	cache.count++;
	if (key < LISTED)
		listed[key] = e->value;
}

static void fill(void)
{
	make_table();
	for (long key = 0; key < ENTRIES; key++)
		add(key);
}

/* Out of line, so that no register holds it by chance. */
static char *make_local(void)
{
	char *local = strdup("on the stack");
	local[0] = 'O';
	return local;
}

int main(int argc, char **argv)
{
	char *volatile local = make_local();
	own = strdup("of a thread");
	fill();
	if (argc > 1 && strcmp(argv[1], "lost") == 0)
		cache.table = NULL;
	write(1, local, 0);
	exit(0);
}
