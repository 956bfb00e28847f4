/* boxing: a list of numbers holds pointers, and each number is a block of its own.
 *
 * 4 rounds with 100000 numbers of 8 bytes. For each the C library takes 32 bytes: 24 too many,
 * 2400000 in all.
 *
 * expect: ends=exit:0
 * expect: finding=churn.small site=box count=100000 bytes=2400000
 * expect: allocated site=box count=400000 bytes=3200000
 */
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 4, NUMBERS = 100000 };

struct list {
	long *numbers[NUMBERS];
	size_t used;
};

static long *box(long number)
{
	long *boxed = malloc(sizeof(*boxed));
	if (!boxed)
		abort();
	*boxed = number;
	return boxed;
}

static void add(struct list *l, long number)
{
	l->numbers[l->used++] = box(number);
}

static void clear(struct list *l)
{
	while (l->used)
		free(l->numbers[--l->used]);
}

static long sum(const struct list *l)
{
	long s = 0;
	for (size_t i = 0; i < l->used; i++)
		s += *l->numbers[i];
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
