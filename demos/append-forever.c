/* append-forever: a recorder keeps every sample that it has ever seen, in an array whose room
 * doubles when it is full.
 *
 * append-forever [MIB]: with so many (32) it is ended as the OOM killer ends a program, by SIGKILL,
 * with no last word but how far it has come. A limit on its address space may end it sooner: then
 * it aborts.
 *
 * expect: ends=signal:KILL
 * expect: finding=growth.unbounded site=append count=1 bytes=33554432
 * expect: unfreed site=append count=1 bytes=33554432
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { DEFAULT_MIB = 32, FIRST_ROOM = 64 };

struct sample {
	long time;
	double value;
};

static struct sample *samples;
static size_t used, room;

static int append(struct sample s)
{
	if (used == room) {
		size_t more = room ? room * 2 : FIRST_ROOM;
		struct sample *larger = realloc(samples, more * sizeof(s));
		if (!larger)
			return -1;
		samples = larger;
		room = more;
		dprintf(1, "room for %zu samples of %zu bytes\n", room, sizeof(s));
	}
	samples[used++] = s;
	return 0;
}

int main(int argc, char **argv)
{
	size_t limit = ((size_t)(argc > 1 ? atol(argv[1]) : DEFAULT_MIB) << 20) / sizeof(*samples);
	for (size_t i = 0; i < limit; i++) {
		if (append((struct sample){.time = (long)i, .value = 0.5}))
			abort();
	}
	raise(SIGKILL);
	return 1;
}
