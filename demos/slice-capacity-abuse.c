/* slice-capacity-abuse: a list is given room for a million readings, to be on the safe side. This
 * one gets a single reading, and is kept.
 *
 * 8000000 bytes were asked for, one page of them is used. (Where the kernel hands out huge pages,
 * up to 2 MiB are.)
 *
 * expect: ends=exit:0
 * expect: finding=waste.untouched site=new_list count=1 bytes=5500000..7999992 asked_bytes=8000000
 * expect: unfreed site=new_list count=1 bytes=8000000
 */
#include <stdio.h>
#include <stdlib.h>

enum { ROOM = 1000000 };

struct list {
	double *values;
	size_t used, room;
};

static struct list boiler;

static void new_list(struct list *l, size_t room)
{
	*l = (struct list){.values = malloc(room * sizeof(*l->values)), .room = room};
	if (!l->values)
		abort();
}

static void append(struct list *l, double value)
{
	if (l->used < l->room)
		l->values[l->used++] = value;
}

int main(void)
{
	new_list(&boiler, ROOM);
	append(&boiler, 21.5);
	printf("%zu reading, the last %.1f\n", boiler.used, boiler.values[boiler.used - 1]);
	return 0;
}
