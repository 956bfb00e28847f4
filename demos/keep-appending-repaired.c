/* keep-appending, repaired: a ring of fixed size keeps the last entries.
 *
 * expect: ends=exit:0
 * absent: finding=growth.unbounded
 * absent: finding=churn.realloc
 * expect: unfreed site=open_log count=0 bytes=0
 * expect: allocated site=open_log count=1 bytes=4096
 */
#include <stdio.h>
#include <stdlib.h>

enum { ENTRIES = 10000, KEPT = 256 };

struct entry {
	long time, value;
};

static struct entry *log_entries;
static size_t seen;

static void open_log(void)
{
	log_entries = malloc(KEPT * sizeof(*log_entries));
	if (!log_entries)
		abort();
}

static void append(struct entry e)
{
	log_entries[seen++ % KEPT] = e;
}

int main(void)
{
	open_log();
	for (long i = 0; i < ENTRIES; i++)
		append((struct entry){.time = i, .value = i * i});
	printf("%zu entries\n", seen);
	free(log_entries);
	return 0;
}
