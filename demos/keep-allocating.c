/* keep-allocating: chunks of 1 MiB go into a global list and never leave it.
 *
 * keep-allocating [MIB]: at so many (64) it is ended as the OOM killer ends a program, by SIGKILL,
 * with no last word but how far it has come. A limit on its address space may end it sooner: then
 * it aborts.
 *
 * expect: ends=signal:KILL
 * expect: finding=growth.unbounded site=keep_chunk count=64 bytes=67108864
 * expect: unfreed site=keep_chunk count=64 bytes=67108864
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_MIB = 64, CHUNK = 1 << 20 };

struct chunk {
	struct chunk *next;
	char data[CHUNK - sizeof(struct chunk *)];
};

static struct chunk *all;

static int keep_chunk(void)
{
	struct chunk *c = malloc(sizeof(*c));
	if (!c)
		return -1;
	memset(c->data, 1, sizeof(c->data));
	c->next = all;
	all = c;
	return 0;
}

int main(int argc, char **argv)
{
	long limit = argc > 1 ? atol(argv[1]) : DEFAULT_MIB;
	for (long mib = 0; mib < limit; mib++) {
		if (keep_chunk())
			abort();
		dprintf(1, "kept %ld chunks of %d bytes\n", mib + 1, CHUNK);
	}
	raise(SIGKILL);
	return 1;
}
