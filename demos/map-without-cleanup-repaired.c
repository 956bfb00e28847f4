/* map-without-cleanup, repaired: at the end of a day the table is cleared.
 *
 * expect: ends=exit:0
 * absent: finding=growth.unbounded
 * expect: unfreed site=note count=0 bytes=0
 * expect: allocated site=note count=1000000 bytes=24000000
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { DAYS = 20, EACH_DAY = 50000, BUCKETS = 1 << 14 };

struct entry {
	struct entry *next;
	uint64_t address;
	long time;
};

static struct entry *seen[BUCKETS];
static long noted;

static uint64_t address_of(long page)
{
	return (uint64_t)page * 0x9e3779b97f4a7c15;
}

static void note(uint64_t address, long time)
{
	struct entry *e = malloc(sizeof(*e)), **bucket = &seen[address >> 50];
	if (!e)
		abort();
	*e = (struct entry){.next = *bucket, .address = address, .time = time};
	*bucket = e;
	noted++;
}

static int is_new(uint64_t address)
{
	const struct entry *e = seen[address >> 50];
	while (e && e->address != address)
		e = e->next;
	return e == NULL;
}

static void clear(void)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		struct entry *e;
		while ((e = seen[i])) {
			seen[i] = e->next;
			free(e);
		}
	}
}

int main(void)
{
	for (long day = 0; day < DAYS; day++) {
		for (long page = day * EACH_DAY; page < (day + 1) * EACH_DAY; page++)
			if (is_new(address_of(page)))
				note(address_of(page), day);
		clear();
	}
	printf("%ld pages in %d days\n", noted, DAYS);
	return 0;
}
