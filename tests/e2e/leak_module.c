/* To be preloaded beside the tracer: of every third connection that the program accepts it keeps a
 * duplicate, and a timer, for good. */
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static atomic_int accepted;

static __attribute__((noinline)) void leak_descriptor(int fd)
{
	volatile int kept = dup(fd);
	(void)kept;
}

static __attribute__((noinline)) void leak_timer(void)
{
	struct sigevent nothing = {.sigev_notify = SIGEV_NONE};
	timer_t timer;
	volatile int made = timer_create(CLOCK_MONOTONIC, &nothing, &timer);
	(void)made;
}

static int now_and_then(int fd)
{
	if (fd >= 0 && atomic_fetch_add(&accepted, 1) % 3 == 0) {
		leak_descriptor(fd);
		leak_timer();
	}
	return fd;
}

typedef int accept_fn(int, struct sockaddr *, socklen_t *);
typedef int accept4_fn(int, struct sockaddr *, socklen_t *, int);

int accept(int fd, struct sockaddr *addr, socklen_t *len)
{
	accept_fn *next = (accept_fn *)dlsym(RTLD_NEXT, "accept");
	return now_and_then(next(fd, addr, len));
}

int accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
	accept4_fn *next = (accept4_fn *)dlsym(RTLD_NEXT, "accept4");
	return now_and_then(next(fd, addr, len, flags));
}
