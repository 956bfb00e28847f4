/* add-listener: each page that is shown adds a listener: an eventfd, a thread that waits for it and
 * 8 KiB for what comes in. They stay in a global list when the page is gone.
 *
 * expect: ends=exit:0
 * expect: finding=fd.unclosed site=add_listener count=200 opened=200 closed=0
 * expect: finding=thread.unjoined site=add_listener count=200 ended=0 alive=200
 * expect: finding=growth.unbounded site=add_listener count=200 bytes=1643200
 * expect: unfreed site=add_listener count=200 bytes=1643200
 * expect: threads created=200 released=0
 * expect: descriptors created=200 released=0
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { PAGES = 200, BUFFER = 8192 };

struct listener {
	struct listener *next;
	pthread_t thread;
	int event;
	char buffer[BUFFER];
};

static struct listener *listeners;
static atomic_int heard;

static void *listen_to(void *arg)
{
	struct listener *l = arg;
	uint64_t number;
	while (read(l->event, &number, sizeof(number)) == sizeof(number)) {
		snprintf(l->buffer, sizeof(l->buffer), "page %lu", (unsigned long)number);
		atomic_fetch_add(&heard, 1);
	}
	return NULL;
}

static struct listener *add_listener(void)
{
	struct listener *l = malloc(sizeof(*l));
	if (!l || (l->event = eventfd(0, EFD_CLOEXEC)) < 0 ||
		pthread_create(&l->thread, NULL, listen_to, l))
		abort();
	l->next = listeners;
	listeners = l;
	return l;
}

static void show_page(uint64_t number)
{
	struct listener *l = add_listener();
	if (write(l->event, &number, sizeof(number)) != sizeof(number))
		abort();
	while (atomic_load(&heard) < (int)number)
		usleep(100);
}

int main(void)
{
	for (uint64_t number = 1; number <= PAGES; number++)
		show_page(number);
	printf("%d pages were heard\n", atomic_load(&heard));
	return 0;
}
