/* slice-capacity-abuse, repaired: a list begins small, and its room doubles when it is full.
 *
 * expect: ends=exit:0
 * absent: finding=waste.untouched
 * expect: unfreed site=append count=1 bytes=64
 */
#include <stdio.h>
#include <stdlib.h>

enum { ROOM = 8 };

struct list {
	double *values;
	size_t used, room;
};

static struct list boiler;

static void append(struct list *l, double value)
{
	if (l->used == l->room) {
		l->room = l->room ? l->room * 2 : ROOM;
		l->values = realloc(l->values, l->room * sizeof(*l->values));
		if (!l->values)
			abort();
	}
	l->values[l->used++] = value;
}

int main(void)
{
	append(&boiler, 21.5);
	printf("%zu reading, the last %.1f\n", boiler.used, boiler.values[boiler.used - 1]);
	return 0;
}
