/* channel-lifecycle: each job gets a channel with a buffer for its results, and an eventfd that
 * tells that there are some. When the results have been read, the channel is forgotten.
 *
 * 100 channels: 100 descriptors, and 1032 bytes for each.
 *
 * expect: ends=exit:0
 * expect: finding=fd.unclosed site=open_channel count=100 opened=100 closed=0
 * expect: finding=leak.definite site=open_channel count=100 bytes=103200
 * expect: unfreed site=open_channel count=100 bytes=103200
 * expect: descriptors created=100 released=0
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { JOBS = 100, ROOM = 128 };

struct channel {
	int ready;
	unsigned used;
	long results[ROOM];
};

static struct channel *open_channel(void)
{
	struct channel *c = malloc(sizeof(*c));
	if (!c || (c->ready = eventfd(0, EFD_CLOEXEC)) < 0)
		abort();
	c->used = 0;
	return c;
}

static void send(struct channel *c, long result)
{
	const uint64_t one = 1;
	c->results[c->used++ % ROOM] = result;
	if (write(c->ready, &one, sizeof(one)) < 0)
		abort();
}

static long receive(struct channel *c)
{
	uint64_t number;
	if (read(c->ready, &number, sizeof(number)) < 0)
		abort();
	return c->results[0];
}

static long run_job(long n)
{
	struct channel *c = open_channel();
	send(c, n * n);
	return receive(c); /* and then nobody knows the channel */
}

int main(void)
{
	long sum = 0;
	for (long n = 0; n < JOBS; n++)
		sum += run_job(n);
	printf("%d jobs, sum %ld\n", JOBS, sum);
	return 0;
}
