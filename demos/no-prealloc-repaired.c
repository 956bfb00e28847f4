/* no-prealloc, repaired: room for all rows is reserved once. One allocation for each query.
 *
 * expect: ends=exit:0
 * absent: finding=churn.realloc
 * expect: allocated site=reserve count=100 bytes=800000 operations=100
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

static void reserve(struct rows *r, size_t room)
{
	r->all = malloc(room * sizeof(*r->all));
	if (!r->all)
		abort();
}

static void append(struct rows *r, struct row row)
{
	r->all[r->used++] = row;
}

static long query(long first)
{
	struct rows result = {.used = 0};
	long sum = 0;
	reserve(&result, ROWS);
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
