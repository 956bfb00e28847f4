/* event-listener: a view adds a listener when it is mounted, and does not remove it when it
 * is unmounted.
 *
 * 5000 mounts leave as many listeners of 32 bytes behind.
 *
 * expect: ends=exit:0
 * expect: finding=growth.unbounded site=add_event_listener count=5000 bytes=160000
 * expect: unfreed site=add_event_listener count=5000 bytes=160000
 */
#include <stdio.h>
#include <stdlib.h>

enum { MOUNTS = 5000 };

struct listener {
	struct listener *next;
	const char *event;
	void (*call)(void *view);
	void *view;
};

struct view {
	int id, calls;
};

static struct listener *listeners;

static void count_call(void *view)
{
	((struct view *)view)->calls++;
}

static struct listener *add_event_listener(const char *event, void (*call)(void *), void *view)
{
	struct listener *l = malloc(sizeof(*l));
	if (!l)
		abort();
	*l = (struct listener){.next = listeners, .event = event, .call = call, .view = view};
	listeners = l;
	return l;
}

static void mount(struct view *v)
{
	add_event_listener("scroll", count_call, v);
}

static void unmount(struct view *v)
{
	v->id++; /* its listener is still called */
}

int main(void)
{
	static struct view view;
	for (int i = 0; i < MOUNTS; i++) {
		mount(&view);
		listeners->call(listeners->view);
		unmount(&view);
	}
	printf("%d mounts, %d calls\n", view.id, view.calls);
	return 0;
}
