/* register-event: a handler is registered for each upload, and it captures the whole upload where
 * it needs only the name.
 *
 * 40 events of 1 MiB each, none of which is ever unregistered.
 *
 * expect: ends=exit:0
 * expect: finding=growth.unbounded site=capture count=40 bytes=41943040
 * expect: finding=growth.unbounded site=capture bytes_per_allocation=1048576..1100000
 * expect: unfreed site=capture count=40 bytes=41943040
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UPLOADS = 40, MIB = 1 << 20, NAME = 24 };

struct upload {
	char name[NAME];
	char data[MIB - NAME - 2 * sizeof(void *)];
};

struct handler {
	struct handler *next;
	void (*done)(const struct handler *);
	struct upload captured;
};

static struct handler *handlers;
static size_t finished;

static void say_name(const struct handler *h)
{
	finished += strncmp(h->captured.name, "upload", 6) == 0;
}

static struct handler *capture(const struct upload *u, void (*done)(const struct handler *))
{
	struct handler *h = malloc(sizeof(*h));
	if (!h)
		abort();
	h->captured = *u;
	h->done = done;
	h->next = handlers;
	handlers = h;
	return h;
}

int main(void)
{
	static struct upload now;
	for (int i = 0; i < UPLOADS; i++) {
		snprintf(now.name, sizeof(now.name), "upload %d", i);
		memset(now.data, i, sizeof(now.data));
		const struct handler *h = capture(&now, say_name);
		h->done(h);
	}
	printf("%zu uploads\n", finished);
	return 0;
}
