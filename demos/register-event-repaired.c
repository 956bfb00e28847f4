/* register-event, repaired: a handler captures the name, and is unregistered when the upload is
 * done.
 *
 * expect: ends=exit:0
 * absent: finding=growth.unbounded
 * expect: unfreed site=capture count=0 bytes=0
 * expect: allocated site=capture count=40 bytes=1600
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
	char captured[NAME];
};

static struct handler *handlers;
static size_t finished;

static void say_name(const struct handler *h)
{
	finished += strncmp(h->captured, "upload", 6) == 0;
}

static struct handler *capture(const struct upload *u, void (*done)(const struct handler *))
{
	struct handler *h = malloc(sizeof(*h));
	if (!h)
		abort();
	memcpy(h->captured, u->name, NAME);
	h->done = done;
	h->next = handlers;
	handlers = h;
	return h;
}

static void unregister(struct handler *h)
{
	struct handler **p = &handlers;
	while (*p != h)
		p = &(*p)->next;
	*p = h->next;
	free(h);
}

int main(void)
{
	static struct upload now;
	for (int i = 0; i < UPLOADS; i++) {
		snprintf(now.name, sizeof(now.name), "upload %d", i);
		memset(now.data, i, sizeof(now.data));
		struct handler *h = capture(&now, say_name);
		h->done(h);
		unregister(h);
	}
	printf("%zu uploads\n", finished);
	return 0;
}
