/* channel-lifecycle, repaired: who has read the last result closes the channel.
 *
 * expect: ends=exit:0
 * absent: finding=fd.unclosed
 * absent: finding=leak.definite
 * expect: unfreed site=open_channel count=0 bytes=0
 * expect: allocated site=open_channel count=100 bytes=103200
 * expect: descriptors created=100 released=100
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

static void close_channel(struct channel *c)
{
	close(c->ready);
	free(c);
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
	long result = receive(c);
	close_channel(c);
	return result;
}

int main(void)
{
	long sum = 0;
	for (long n = 0; n < JOBS; n++)
		sum += run_job(n);
	printf("%d jobs, sum %ld\n", JOBS, sum);
	return 0;
}
