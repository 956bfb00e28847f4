/* struct-padding: a record of 18 bytes takes 32, since before each long there are seven bytes that
 * nobody uses.
 *
 * Nothing is wrong at run time: what tells is the number, 320000 bytes for 10000 records.
 *
 * expect: ends=exit:0
 * expect: allocated site=new_records count=1 bytes=320000
 */
#include <stdio.h>
#include <stdlib.h>

enum { RECORDS = 10000 };

struct record {
	char kind;
	long amount;
	char currency;
	long time;
};

static struct record *new_records(size_t number)
{
	struct record *all = malloc(number * sizeof(*all));
	if (!all)
		abort();
	return all;
}

int main(void)
{
	struct record *all = new_records(RECORDS);
	long sum = 0;
	for (long i = 0; i < RECORDS; i++)
		all[i] = (struct record){.kind = 'b', .amount = i, .currency = 'e', .time = i};
	for (long i = 0; i < RECORDS; i++)
		sum += all[i].amount;
	printf("%d records, sum %ld\n", RECORDS, sum);
	free(all);
	return 0;
}
