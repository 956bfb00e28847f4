/* event-listener, repaired: a view that is unmounted removes its listener.
 *
 * expect: ends=exit:0
 * absent: finding=growth.unbounded
 * expect: unfreed site=add_event_listener count=0 bytes=0
 * expect: allocated site=add_event_listener count=5000 bytes=160000
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

static void remove_event_listeners(const void *view)
{
	for (struct listener **link = &listeners, *l; (l = *link);) {
		if (l->view == view) {
			*link = l->next;
			free(l);
		} else {
			link = &l->next;
		}
	}
}

static void unmount(struct view *v)
{
	remove_event_listeners(v);
	v->id++;
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
