/* memoize-unbounded: the result of a slow function is remembered for each argument that was ever
 * asked for.
 *
 * 30000 arguments, 24 bytes for each.
 *
 * expect: ends=exit:0
 * expect: finding=growth.unbounded site=remember count=30000 bytes=720000
 * expect: unfreed site=remember count=30000 bytes=720000
 */
#include <stdio.h>
#include <stdlib.h>

enum { QUESTIONS = 30000, BUCKETS = 1024 };

struct memo {
	struct memo *next;
	unsigned long n, steps;
};

static struct memo *memos[BUCKETS];

static void remember(unsigned long n, unsigned long steps)
{
	struct memo *m = malloc(sizeof(*m));
	if (!m)
		abort();
	*m = (struct memo){.next = memos[n % BUCKETS], .n = n, .steps = steps};
	memos[n % BUCKETS] = m;
}

static const struct memo *recall(unsigned long n)
{
	const struct memo *m = memos[n % BUCKETS];
	while (m && m->n != n)
		m = m->next;
	return m;
}

/* Steps of 3n + 1 and n / 2 until there is 1. */
static unsigned long steps_of(unsigned long n)
{
	const struct memo *m = recall(n);
	unsigned long steps = 0;
	if (m)
		return m->steps;
	for (unsigned long x = n; x != 1; steps++)
		x = x % 2 ? 3 * x + 1 : x / 2;
	remember(n, steps);
	return steps;
}

int main(void)
{
	unsigned long sum = 0;
	for (unsigned long i = 1; i <= QUESTIONS; i++)
		sum += steps_of(i) + steps_of((i + 9) / 10 * 10 - 9);
	printf("%d questions, %lu steps\n", 2 * QUESTIONS, sum);
	return 0;
}
