/* no-prealloc: the number of rows is known, and still the array is enlarged for each of them.
 *
 * 100 queries of 500 rows of 16 bytes: 500 allocations for each query. What the blocks held before
 * they were enlarged comes to 100 * 16 * (1 + .. + 499) bytes.
 *
 * expect: ends=exit:0
 * expect: finding=churn.realloc site=append count=49900 bytes=199600000 added_bytes=798400
 * expect: allocated site=append count=50000 bytes=200400000 operations=100
 */
#include <stdio.h>
#include <stdlib.h>

enum { QUERIES = 100, ROWS = 500 };

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
