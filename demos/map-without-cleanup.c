/* map-without-cleanup: a crawler notes each address that it has seen. The table has no limit and is
 * never cleared.
 *
 * A million addresses, 24 bytes for each.
 *
 * expect: ends=exit:0
 * expect: finding=growth.unbounded site=note count=1000000 bytes=24000000
 * expect: unfreed site=note count=1000000 bytes=24000000
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { DAYS = 20, EACH_DAY = 50000, BUCKETS = 1 << 18 };

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
	struct entry *e = malloc(sizeof(*e)), **bucket = &seen[address >> 46];
	if (!e)
		abort();
	*e = (struct entry){.next = *bucket, .address = address, .time = time};
	*bucket = e;
	noted++;
}

static int is_new(uint64_t address)
{
	const struct entry *e = seen[address >> 46];
	while (e && e->address != address)
		e = e->next;
	return e == NULL;
}

int main(void)
{
	for (long day = 0; day < DAYS; day++)
		for (long page = day * EACH_DAY; page < (day + 1) * EACH_DAY; page++)
			if (is_new(address_of(page)))
				note(address_of(page), day);
	printf("%ld pages in %d days\n", noted, DAYS);
	return 0;
}
