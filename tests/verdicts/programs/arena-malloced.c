/* An allocator of the program's own in a malloc'd block: objects within hold other blocks. One
 * more arena is known by the place alone where it will give memory next.
 * truth: possible 2 blocks 8242 bytes; reachable 11 blocks 8592 bytes */
#include "../verdicts.h"

static char *arena, *next;

APART static void *take(char **from, size_t size)
{
	void *p = *from;
	*from += size;
	return p;
}

APART static void fill(void)
{
	void **object;
	next = arena = made(8192);
	for (int i = 0; i < 10; i++) {
		object = take(&next, 64);
		object[3] = made(40);
	}
	next = made(8192);
	object = take(&next, 64);
	object[3] = made(50);
	escape(&next);
	escape(&arena);
}

int main(void)
{
	fill();
	clear();
	return 0;
}
