/* keep-allocating, repaired: a pool that is full takes its oldest chunk again.
 *
 * keep-allocating-repaired [MIB]: so many chunks (64) pass through a pool of 8.
 *
 * expect: ends=exit:0
 * absent: finding=growth.unbounded
 * expect: unfreed site=keep_chunk count=0 bytes=0
 * expect: allocated site=keep_chunk count=8 bytes=8388608
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_MIB = 64, CHUNK = 1 << 20, POOL = 8 };

static char *pool[POOL];

static int keep_chunk(long n)
{
	char **place = &pool[n % POOL];
	if (!*place)
		*place = malloc(CHUNK);
	if (!*place)
		return -1;
	memset(*place, 1, CHUNK);
	return 0;
}

int main(int argc, char **argv)
{
	long limit = argc > 1 ? atol(argv[1]) : DEFAULT_MIB;
	for (long mib = 0; mib < limit; mib++) {
		if (keep_chunk(mib)) {
			dprintf(1, "no memory after %ld MiB\n", mib);
			abort();
		}
	}
	printf("%ld MiB passed through\n", limit);
	for (int i = 0; i < POOL; i++)
		free(pool[i]);
	return 0;
}
