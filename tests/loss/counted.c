/* A program that allocates and releases until something ends it, and counts what it has completed
 * in shared memory.
 *
 *   counted FILE THREADS run           until killed
 *   counted FILE THREADS rest          allocates nothing once its threads are there; until killed
 *   counted FILE THREADS exit|_exit|abort|segv
 *                                      until malloc returns NULL, then ends so
 *   counted FILE THREADS touch         takes and writes memory until killed */
#include "tests/loss/counted.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { OWN = 500, SHARED = 200, LARGEST = 3000, DEEPEST = 12, FILL = 60000 };

static struct counted *counted;
static const char *mode;
static void *_Atomic shared[SHARED];
static pthread_barrier_t start;

struct worker {
	struct counted_thread *count;
	uint64_t random;
	void *own[OWN];
};

static uint32_t draw(struct worker *w, uint32_t below)
{
	w->random = w->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(w->random >> 33) % below;
}

static void add(_Atomic uint64_t *to, uint64_t n)
{
	atomic_store_explicit(
		to, atomic_load_explicit(to, memory_order_relaxed) + n, memory_order_release);
}

static __attribute__((noinline)) void *take(struct worker *w, uint32_t size, uint32_t depth)
{
	if (depth) {
		void *p = take(w, size, depth - 1);
		__asm__ volatile("" : : "r"(p) : "memory");
		return p;
	}
	void *p = draw(w, 4) ? malloc(size) : calloc(1, size);
	if (p) {
		add(&w->count->bytes, size);
		add(&w->count->allocations, 1);
	}
	return p;
}

static void give(struct worker *w, void *p)
{
	if (!p)
		return;
	free(p);
	add(&w->count->frees, 1);
}

static void *change(struct worker *w, void *p, uint32_t size)
{
	void *q = realloc(p, size);
	if (!q)
		return p;
	add(&w->count->bytes, size);
	if (p)
		add(&w->count->frees, 1);
	add(&w->count->allocations, 1);
	return q;
}

/* Blocks of its own, and blocks that another thread has made or will release. */
static void step(struct worker *w)
{
	uint32_t i = draw(w, OWN), size = 1 + draw(w, LARGEST);
	switch (draw(w, 4)) {
	case 0:
		w->own[i] = change(w, w->own[i], size);
		break;
	case 1:
		w->own[i] = atomic_exchange(&shared[draw(w, SHARED)], w->own[i]);
		break;
	default:
		give(w, w->own[i]);
		w->own[i] = take(w, size, draw(w, DEEPEST));
	}
}

static void end(void)
{
	if (strcmp(mode, "exit") == 0)
		exit(3);
	if (strcmp(mode, "_exit") == 0)
		_exit(3);
	if (strcmp(mode, "segv") == 0)
		raise(SIGSEGV);
	abort();
}

static void fill(struct worker *w, bool touch)
{
	for (;;) {
		uint32_t size = 1 + draw(w, FILL);
		char *p = take(w, size, draw(w, DEEPEST));
		if (!p && !touch)
			end();
		if (p && touch)
			memset(p, 1, size);
		if (draw(w, 8) == 0)
			give(w, p);
	}
}

static void *work(void *arg)
{
	static struct worker workers[COUNTED_THREADS];
	size_t i = (size_t)arg;
	struct worker *w = &workers[i];
	w->count = &counted->threads[i];
	w->random = (uint64_t)getpid() << 8 | i;
	pthread_barrier_wait(&start);
	atomic_store(&counted->ready, 1);
	if (strcmp(mode, "rest") == 0)
		for (;;)
			pause();
	if (strcmp(mode, "run") == 0)
		for (;;)
			step(w);
	fill(w, strcmp(mode, "touch") == 0);
	return NULL;
}

int main(int argc, char **argv)
{
	int n = argc == 4 ? atoi(argv[2]) : 0;
	int fd = n > 0 && n <= COUNTED_THREADS ? open(argv[1], O_RDWR) : -1;
	if (fd < 0)
		return 2;
	mode = argv[3];
	counted = mmap(NULL, sizeof(*counted), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (counted == MAP_FAILED)
		return 2;
	close(fd);
	pthread_barrier_init(&start, NULL, (unsigned)n);
	for (int i = 1; i < n; i++) {
		pthread_t t;
		if (pthread_create(&t, NULL, work, (void *)(size_t)i))
			return 2;
	}
	work(NULL);
	return 0;
}
