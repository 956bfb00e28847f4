/* memoize-unbounded, repaired: a memo of fixed size. Of the four results that share a place, the
 * one that was asked for least recently makes room.
 *
 * expect: ends=exit:0
 * absent: finding=growth.unbounded
 * expect: unfreed site=new_memo count=1 bytes=24576
 */
#include <stdio.h>
#include <stdlib.h>

enum { QUESTIONS = 30000, PLACES = 256, WAYS = 4 };

struct memo {
	unsigned long n, steps, asked;
};

static struct memo (*memos)[WAYS];
static unsigned long now;

static void new_memo(void)
{
	memos = calloc(PLACES, sizeof(*memos));
	if (!memos)
		abort();
}

static void remember(unsigned long n, unsigned long steps)
{
	struct memo *place = memos[n % PLACES], *oldest = place;
	for (int i = 1; i < WAYS; i++)
		if (place[i].asked < oldest->asked)
			oldest = &place[i];
	*oldest = (struct memo){.n = n, .steps = steps, .asked = ++now};
}

static const struct memo *recall(unsigned long n)
{
	struct memo *place = memos[n % PLACES];
	for (int i = 0; i < WAYS; i++) {
		if (place[i].n == n) {
			place[i].asked = ++now;
			return &place[i];
		}
	}
	return NULL;
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
	new_memo();
	for (unsigned long i = 1; i <= QUESTIONS; i++)
		sum += steps_of(i) + steps_of((i + 9) / 10 * 10 - 9);
	printf("%d questions, %lu steps\n", 2 * QUESTIONS, sum);
	return 0;
}
