/* bench-tree THREADS DEPTH PAIRS: each thread walks a call tree of that depth, at random but always
 * the same way, and allocates and releases at its leaves; an eighth of the blocks is handed to
 * another thread. No thread ends before all have done their work. Prints the CPU nanoseconds of the
 * process per pair. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LIVE = 8192, SHARED = 64, THREADS_MAX = 1024 };

static void *_Atomic shared[SHARED];
static pthread_barrier_t done;
static int depth;
static long pairs;

static uint64_t next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

/* Four ways down at each level; only the last few levels vary from call to call, as in real
 * programs. */
#define WAY(name) static __attribute__((noinline)) void *name(int left, uint64_t path, size_t size)

WAY(way_a);
WAY(way_b);

static void *down(int left, uint64_t path, size_t size)
{
	if (left == 0)
		return malloc(size);
	return left < 4 && path & 1 ? way_b(left - 1, path >> 1, size)
				    : way_a(left - 1, path >> 1, size);
}

WAY(way_a)
{
	void *p = down(left, path, size);
	__asm__ volatile("" : : "r"(p) : "memory");
	return p;
}

WAY(way_b)
{
	void *p = down(left, path, size);
	__asm__ volatile("" : : "r"(p) : "memory");
	return p;
}

static void *work(void *arg)
{
	uint64_t s = (uint64_t)(uintptr_t)arg * 0x9e3779b97f4a7c15ull + 1;
	void **live = calloc(LIVE, sizeof(*live));
	for (long i = 0; i < pairs; i++) {
		uint64_t r = next(&s);
		void *p = down(depth, r >> 40, 16 + (r >> 8) % 240);
		if (r % 8 == 0)
			p = atomic_exchange(&shared[r >> 3 & (SHARED - 1)], p);
		free(live[r >> 16 & (LIVE - 1)]);
		live[r >> 16 & (LIVE - 1)] = p;
	}
	for (int i = 0; i < LIVE; i++)
		free(live[i]);
	free(live);
	pthread_barrier_wait(&done);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread[THREADS_MAX];
	struct timespec t;
	if (argc != 4) {
		fprintf(stderr, "usage: bench-tree THREADS DEPTH PAIRS\n");
		return 2;
	}
	int threads = atoi(argv[1]);
	depth = atoi(argv[2]);
	pairs = atol(argv[3]);
	if (threads < 1 || threads > THREADS_MAX || depth < 0 || pairs < 1)
		return 2;
	pthread_barrier_init(&done, NULL, (unsigned)threads);
	if (threads == 1)
		work((void *)1);
	for (int i = 0; threads > 1 && i < threads; i++)
		pthread_create(&thread[i], NULL, work, (void *)(uintptr_t)(i + 1));
	for (int i = 0; threads > 1 && i < threads; i++)
		pthread_join(thread[i], NULL);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	printf("%.1f\n",
		((double)t.tv_sec * 1e9 + (double)t.tv_nsec) / (double)threads / (double)pairs);
	return 0;
}
