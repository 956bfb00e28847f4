/* append-forever, repaired: the array is a batch, and a batch that is full is written out.
 *
 * append-forever-repaired [MIB]: so many (32) of samples pass through a batch of 64 KiB.
 *
 * expect: ends=exit:0
 * absent: finding=growth.unbounded
 * expect: unfreed site=open_batch count=0 bytes=0
 * expect: allocated site=open_batch count=1 bytes=65536
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { DEFAULT_MIB = 32, BATCH = 4096 };

struct sample {
	long time;
	double value;
};

static struct sample *samples;
static size_t used, written;
static int out;

static void open_batch(const char *path)
{
	samples = malloc(BATCH * sizeof(*samples));
	out = open(path, O_WRONLY | O_CLOEXEC);
	if (!samples || out < 0)
		abort();
}

static void flush(void)
{
	if (write(out, samples, used * sizeof(*samples)) < 0)
		perror("write");
	written += used;
	used = 0;
}

static void append(struct sample s)
{
	if (used == BATCH)
		flush();
	samples[used++] = s;
}

int main(int argc, char **argv)
{
	size_t limit = ((size_t)(argc > 1 ? atol(argv[1]) : DEFAULT_MIB) << 20) / sizeof(*samples);
	open_batch("/dev/null");
	for (size_t i = 0; i < limit; i++)
		append((struct sample){.time = (long)i, .value = 0.5});
	flush();
	printf("%zu samples\n", written);
	free(samples);
	close(out);
	return 0;
}
