/* Programs for mappings.tap: what is mapped at random, beside what /proc says; what is lost and
 * what is kept. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>
#include "leaktrace.h"

enum { PAGE = 4096, LARGE = 16 * PAGE, MOMENTS = 100, WINDOW_PAGES = 2048, ROUNDS = 40 };
#define WINDOW ((uintptr_t)0x200000000000)

static uint64_t state;

static unsigned any(unsigned below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((state >> 33) % below);
}

static void need(int ok, const char *what)
{
	if (!ok) {
		perror(what);
		exit(9);
	}
}

static char *at(unsigned page)
{
	return (char *)WINDOW + (size_t)page * PAGE;
}

/* What /proc has of the window: bytes; each part is printed where wanted. */
static unsigned long window_bytes(int print)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned long start, end, sum = 0, from = 0, to = 0;
	char line[4096];
	need(f != NULL, "maps");
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx", &start, &end) != 2 || start < WINDOW ||
			end > WINDOW + WINDOW_PAGES * PAGE)
			continue;
		sum += end - start;
		if (start != to) {
			if (print && to)
				printf("part %lx %lx\n", from, to);
			from = start;
		}
		to = end;
	}
	if (print && to)
		printf("part %lx %lx\n", from, to);
	fclose(f);
	return sum;
}

/* In the window, so that nothing else is hit. Calls that fail are a part of it. */
static void one_call(void)
{
	char *p = at(any(WINDOW_PAGES - 64)), *to = at(any(WINDOW_PAGES - 64));
	size_t n = (1 + any(32)) * PAGE, m = (1 + any(32)) * PAGE;
	int shared = any(3) ? MAP_PRIVATE : MAP_SHARED;
	switch (any(8)) {
	case 0:
	case 1:
	case 2:
		mmap(p, n, PROT_READ | (any(2) ? PROT_WRITE : 0),
			shared | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		break;
	case 3:
		mmap(p, n, PROT_READ, shared | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		break;
	case 4:
		munmap(p, n - any(PAGE));
		break;
	case 5:
		munmap(p + 1, n);
		mremap(p, n, m, 0);
		break;
	case 6:
		mremap(p, n, m, MREMAP_MAYMOVE | MREMAP_FIXED, to);
		break;
	default:
		mremap(p, any(2) ? n : 0, n, MREMAP_MAYMOVE | MREMAP_FIXED | (any(2) ? 4 : 0), to);
	}
}

/* Of the dump's header: scans begun and ended. */
static void scan(int dump, uint32_t number)
{
	uint32_t scans[2];
	do {
		need(pread(dump, scans, sizeof(scans), 2336 + 8) == sizeof(scans), "the dump");
		if (scans[0] < number)
			leaktrace_scan();
		usleep(500);
	} while (scans[0] != number || scans[1] != number);
}

static void random_calls(const char *dump_path)
{
	int dump = open(dump_path, O_RDONLY);
	need(dump >= 0, dump_path);
	for (uint32_t i = 1; i <= MOMENTS; i++) {
		for (int k = 0; k < ROUNDS; k++)
			one_call();
		printf("moment %lu\n", window_bytes(0));
		scan(dump, i);
	}
	window_bytes(1);
}

static char *map_pages(size_t size)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	need(p != MAP_FAILED, "mmap");
	*p = 1;
	return p;
}

static void *volatile nowhere;

__attribute__((noinline)) static void lose_files(const char *path)
{
	int fd = open(path, O_RDONLY);
	for (int i = 0; i < 9; i++)
		nowhere = mmap(NULL, LARGE, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	nowhere = NULL;
}

__attribute__((noinline)) static void lose_ring(void)
{
	char **a = (void *)map_pages(LARGE), **b = (void *)map_pages(LARGE);
	*a = (char *)b;
	*b = (char *)a + 100;
}

__attribute__((noinline)) static void lose_with_block(void)
{
	void **block = malloc(64);
	*block = map_pages(LARGE);
	nowhere = block;
	nowhere = NULL;
}

static char *volatile static_pointer,
	*volatile inside, *volatile base, *volatile aligned, *volatile beyond,
								     *volatile beyond_private;
static char **volatile chain;
static void **volatile in_block;

static void *on_own_stack(void *arg)
{
	pause();
	return arg;
}

__attribute__((noinline)) static void keep(const char *path)
{
	int fd = open(path, O_RDONLY);
	static_pointer = mmap(NULL, LARGE, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	inside = map_pages(LARGE) + 2 * PAGE + 5;
	in_block = malloc(64);
	*in_block = map_pages(LARGE);
	base = mmap(NULL, 64 * LARGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	nowhere = mmap(
		base + 8 * LARGE, LARGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	char *all = map_pages(4 * LARGE);
	munmap(all + LARGE, LARGE); /* its beginning is pointed to, its end is not */
	aligned = all;
	int short_file = memfd_create("short", 0); /* pages that cannot be read */
	nowhere = mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, short_file, 0);
	beyond = mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_SHARED, short_file, 0);
	beyond_private = nowhere;
	chain = (char **)map_pages(LARGE);
	*chain = map_pages(LARGE);
	stack_t alternate = {.ss_sp = map_pages(LARGE), .ss_size = LARGE};
	sigaltstack(&alternate, NULL);
	pthread_attr_t attr;
	pthread_t thread;
	pthread_attr_init(&attr);
	pthread_attr_setstack(&attr, map_pages(LARGE), LARGE);
	pthread_create(&thread, &attr, on_own_stack, NULL);
	nowhere = NULL;
}

__attribute__((noinline)) static void in_child(void)
{
	nowhere = map_pages(LARGE);
	nowhere = NULL;
}

__attribute__((noinline)) static void make_segment(void)
{
	int id = shmget(IPC_PRIVATE, 5000, IPC_CREAT | 0600);
	need(id >= 0, "shmget");
	printf("segment %d\n", id);
	id = shmget(IPC_PRIVATE, 5000, IPC_CREAT | 0600);
	shmdt(shmat(id, NULL, 0));
	shmctl(id, IPC_RMID, NULL);
}

/* None is ever lost, and they rise. */
static char *volatile rising[400];

__attribute__((noinline)) static void rise(void)
{
	for (int i = 0; i < 400; i++) {
		rising[i] = map_pages(PAGE);
		munmap(map_pages(PAGE), PAGE);
	}
}

/* The kernel gives what one thread has unmapped to the next that asks. */
static void *map_and_unmap(void *unused)
{
	enum { TIMES = 3000, MOST = 8 };
	unsigned seed = (unsigned)(uintptr_t)&seed;
	for (int i = 0; i < TIMES; i++) {
		size_t len = (size_t)(1 + rand_r(&seed) % MOST) * (1 << 20);
		char *p = map_pages(len);
		munmap(p, len / 2);
		munmap(p + len / 2, len / 2);
	}
	return unused;
}

__attribute__((noinline)) static void race(void)
{
	pthread_t thread[4];
	for (int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, map_and_unmap, NULL);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	setvbuf(stdout, NULL, _IOLBF, 0);
	state = argc > 3 ? (uint64_t)atol(argv[3]) : 1;
	if (strcmp(what, "random") == 0)
		random_calls(argv[2]);
	if (strcmp(what, "lost") == 0) {
		lose_files(argv[0]);
		lose_ring();
		lose_with_block();
	}
	if (strcmp(what, "kept") == 0)
		keep(argv[0]);
	if (strcmp(what, "segment") == 0)
		make_segment();
	if (strcmp(what, "race") == 0)
		race();
	if (strcmp(what, "rising") == 0)
		rise();
	if (strcmp(what, "forked") == 0) {
		lose_files(argv[0]);
		if (fork() == 0) {
			in_child();
			exit(0);
		}
		wait(NULL);
	}
	return 0;
}
