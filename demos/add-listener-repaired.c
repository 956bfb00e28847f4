/* add-listener, repaired: the page that goes removes its listener: tells the thread to end, waits
 * for it, closes the eventfd and frees the rest.
 *
 * expect: ends=exit:0
 * absent: finding=fd.unclosed
 * absent: finding=thread.unjoined
 * absent: finding=growth.unbounded
 * expect: unfreed site=add_listener count=0 bytes=0
 * expect: threads created=200 released=200
 * expect: descriptors created=200 released=200
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { PAGES = 200, BUFFER = 8192 };
#define STOP UINT32_MAX

struct listener {
	pthread_t thread;
	int event;
	char buffer[BUFFER];
};

static atomic_int heard;

static void *listen_to(void *arg)
{
	struct listener *l = arg;
	uint64_t number;
	while (read(l->event, &number, sizeof(number)) == sizeof(number) && number < STOP) {
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
	return l;
}

static void tell(const struct listener *l, uint64_t number)
{
	if (write(l->event, &number, sizeof(number)) != sizeof(number))
		abort();
}

static void remove_listener(struct listener *l)
{
	tell(l, STOP);
	pthread_join(l->thread, NULL);
	close(l->event);
	free(l);
}

static void show_page(uint64_t number)
{
	struct listener *l = add_listener();
	tell(l, number);
	while (atomic_load(&heard) < (int)number)
		usleep(100);
	remove_listener(l);
}

int main(void)
{
	for (uint64_t number = 1; number <= PAGES; number++)
		show_page(number);
	printf("%d pages were heard\n", atomic_load(&heard));
	return 0;
}
