/* How deep into a thread's stack the functions that are hooked go, in bytes below the caller: the
 * area below is painted, the function called, and the lowest byte that is no longer paint is looked
 * for. Prints for each function the depth of a thread's first call and the greatest of many. Run
 * with and without the tracer; the difference is what a hook costs (stack.sh). */
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "leaktrace.h"

enum { STACK = 256 << 10, PAINTED = 32 << 10, ROUNDS = 3000, PAINT = 0xa5 };

static void *volatile block;

static void call_malloc(int i)
{
	free(block);
	block = malloc((size_t)(i % 700));
}

static void call_free(int i)
{
	free(block);
	block = NULL;
	if (i % 2)
		block = malloc(64);
}

static void call_calloc(int i)
{
	free(block);
	block = calloc(3, (size_t)(i % 900));
}

static void call_realloc(int i)
{
	block = realloc(block, (size_t)(1 + i % 5000));
}

static void call_posix_memalign(int i)
{
	void *p;
	free(block);
	block = posix_memalign(&p, 64, (size_t)(i % 300)) ? NULL : p;
}

static void call_large(int i)
{
	free(block);
	block = malloc((size_t)(256 << 10) + (size_t)i);
}

static void call_open(int i)
{
	(void)i;
	close(open("/dev/null", O_RDONLY));
}

static void call_dup2(int i)
{
	dup2(0, 500 + i % 500);
}

static void call_fcntl(int i)
{
	close(fcntl(0, F_DUPFD, 10 + i % 100));
	close(openat(AT_FDCWD, "/dev/null", O_RDONLY));
}

/* One descriptor over a socket. */
static void call_recvmsg(int i)
{
	static int fd[2], sent, got;
	static char byte, control[CMSG_SPACE(sizeof(int))];
	static struct iovec v = {&byte, 1};
	struct msghdr m = {.msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	struct cmsghdr *head = CMSG_FIRSTHDR(&m);
	if (i >= 100 || (!fd[1] && socketpair(AF_UNIX, SOCK_STREAM, 0, fd) != 0))
		return;
	*head = (struct cmsghdr){CMSG_LEN(sizeof(sent)), SOL_SOCKET, SCM_RIGHTS};
	memcpy(CMSG_DATA(head), &sent, sizeof(sent));
	if (sendmsg(fd[0], &m, 0) == 1 && recvmsg(fd[1], &m, 0) == 1) {
		memcpy(&got, CMSG_DATA(head), sizeof(got));
		close(got);
	}
}

static void call_pipe(int i)
{
	int fd[2];
	(void)i;
	if (pipe(fd) == 0) {
		close(fd[0]);
		close_range((unsigned)fd[1], (unsigned)fd[1], 0);
	}
}

static void call_fopen(int i)
{
	(void)i;
	FILE *f = fopen("/dev/null", "r");
	if (f)
		fclose(f);
}

static char region[40];
static void call_region(int i)
{
	region[i % 30] = (char)('a' + i % 26);
	leaktrace_region_begin(region);
	leaktrace_region_begin("");
	leaktrace_region_end(region);
	leaktrace_thread_name(region);
	leaktrace_mark("moment");
}

static void call_stats(int i)
{
	struct leaktrace_counts counts;
	(void)i;
	leaktrace_stats(&counts);
}

static const struct {
	const char *name;
	void (*call)(int i);
} calls[] = {
	{"malloc", call_malloc},
	{"free", call_free},
	{"calloc", call_calloc},
	{"realloc", call_realloc},
	{"posix_memalign", call_posix_memalign},
	{"malloc-large", call_large},
	{"open", call_open},
	{"dup2", call_dup2},
	{"fcntl", call_fcntl},
	{"recvmsg", call_recvmsg},
	{"pipe", call_pipe},
	{"fopen", call_fopen},
	{"region", call_region},
	{"stats", call_stats},
};

/* Bytes below the stack pointer that call(i) has written to. The paint is put on without a call,
 * which would leave traces of its own. */
__attribute__((noinline)) static size_t depth_of(void (*call)(int), int i, uint8_t *low)
{
	uint8_t *sp, *p;
	size_t n;
	__asm__ volatile("mov %%rsp, %0" : "=r"(sp));
	if (sp - PAINTED > low)
		low = sp - PAINTED;
	p = low;
	n = (size_t)(sp - low);
	__asm__ volatile("rep stosb" : "+D"(p), "+c"(n) : "a"(PAINT) : "memory");
	call(i);
	__asm__ volatile("" ::: "memory");
	for (p = low; p < sp && *p == PAINT; p++)
		continue;
	return (size_t)(sp - p);
}

struct measure {
	void (*call)(int);
	uint8_t *stack;
	size_t first, most;
};

static void *measure_thread(void *arg)
{
	struct measure *m = arg;
	m->first = depth_of(m->call, 1, m->stack);
	for (int i = 0; i < ROUNDS; i++) {
		size_t depth = depth_of(m->call, i, m->stack);
		if (depth > m->most)
			m->most = depth;
	}
	free(block);
	block = NULL;
	return NULL;
}

int main(void)
{
	leaktrace_is_traced(); /* looks the tracer up: the loader's use of the stack, not a hook's
				*/
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		struct measure m = {.call = calls[i].call, .stack = aligned_alloc(4096, STACK)};
		pthread_attr_t attr;
		pthread_t thread;
		if (!m.stack || pthread_attr_init(&attr) ||
			pthread_attr_setstack(&attr, m.stack, STACK) ||
			pthread_create(&thread, &attr, measure_thread, &m) ||
			pthread_join(thread, NULL))
			return 1;
		pthread_attr_destroy(&attr);
		printf("%s %zu %zu\n", calls[i].name, m.first, m.most);
		free(m.stack);
	}
	return 0;
}
