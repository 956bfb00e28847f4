/* keep-appending: a global log grows by a few entries at a time and is never shortened.
 *
 * 10000 entries of 16 bytes, room for 8 more whenever it is full: of the 1250 allocations all but
 * the first may copy what is there.
 *
 * expect: ends=exit:0
 * expect: finding=growth.unbounded site=append count=1 bytes=160000
 * expect: finding=churn.realloc site=append count=1249 bytes=99920000 added_bytes=159872
 * expect: unfreed site=append count=1 bytes=160000
 * expect: allocated site=append count=1250 bytes=100080000
 */
#include <stdio.h>
#include <stdlib.h>

enum { ENTRIES = 10000, STEP = 8 };

struct entry {
	long time, value;
};

static struct entry *log_entries;
static size_t used, room;

static void append(struct entry e)
{
	if (used == room) {
		struct entry *larger = realloc(log_entries, (room + STEP) * sizeof(e));
		if (!larger)
			abort();
		log_entries = larger;
		room += STEP;
	}
	log_entries[used++] = e;
}

int main(void)
{
	for (long i = 0; i < ENTRIES; i++)
		append((struct entry){.time = i, .value = i * i});
	printf("%zu entries\n", used);
	return 0;
}
