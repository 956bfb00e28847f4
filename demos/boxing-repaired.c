/* boxing, repaired: the list holds the numbers themselves.
 *
 * expect: ends=exit:0
 * absent: finding=churn.small
 * expect: allocated site=add count=0 bytes=0
 */
#include <stdio.h>

enum { ROUNDS = 4, NUMBERS = 100000 };

struct list {
	long numbers[NUMBERS];
	size_t used;
};

static void add(struct list *l, long number)
{
	l->numbers[l->used++] = number;
}

static void clear(struct list *l)
{
	l->used = 0;
}

static long sum(const struct list *l)
{
	long s = 0;
	for (size_t i = 0; i < l->used; i++)
		s += l->numbers[i];
	return s;
}

int main(void)
{
	static struct list list;
	long all = 0;
	for (int round = 0; round < ROUNDS; round++) {
		for (long i = 0; i < NUMBERS; i++)
			add(&list, i % (round + 2));
		all += sum(&list);
		clear(&list);
	}
	printf("sum %ld\n", all);
	return 0;
}
