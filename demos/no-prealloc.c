/* no-prealloc: the number of rows is known, and still the array is enlarged for each of them.
 *
 * 20 queries of 1000 rows of 16 bytes: 1000 allocations for each query. What the blocks held before
 * they were enlarged comes to 20 * 16 * (1 + .. + 999) bytes.
 *
 * expect: ends=exit:0
 * expect: finding=churn.realloc site=append count=19980 bytes=159840000 added_bytes=319680
 * expect: allocated site=append count=20000 bytes=160160000 operations=20
 */
#include <stdio.h>
#include <stdlib.h>

enum { QUERIES = 20, ROWS = 1000 };

struct row {
	long id, value;
};

struct rows {
	struct row *all;
	size_t used;
};

static void append(struct rows *r, struct row row)
{
	struct row *larger = realloc(r->all, (r->used + 1) * sizeof(row));
	if (!larger)
		abort();
	r->all = larger;
	r->all[r->used++] = row;
}

static long query(long first)
{
	struct rows result = {.used = 0};
	long sum = 0;
	for (long id = first; id < first + ROWS; id++)
		append(&result, (struct row){.id = id, .value = id % 7});
	for (size_t i = 0; i < result.used; i++)
		sum += result.all[i].value;
	free(result.all);
	return sum;
}

int main(void)
{
	long sum = 0;
	for (long i = 0; i < QUERIES; i++)
		sum += query(i * ROWS);
	printf("%d queries, sum %ld\n", QUERIES, sum);
	return 0;
}
