/* Threads that hand blocks to each other as fast as they can. Each block knows who allocated it, so
 * that whoever releases it can say which it was.
 *   handover LOG THREADS ROUNDS CALLS [wait|signals]
 * In each round THREADS threads live for CALLS allocations each; with wait, until killed. Prints
 * how many allocations and releases there were. */
#include "tests/order/handover.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SLOTS = 48, SIZES = 12, LARGEST = 4000 };

static struct handover *log_;
static uint32_t *_Atomic slots[SLOTS], *_Atomic handlers_slots[SLOTS];
static uint32_t calls;
static bool with_signals;
static _Atomic int running;

struct worker {
	struct handover_worker *log;
	uint32_t first; /* id of its first allocation */
	uint64_t random;
	uint32_t *_Atomic *slots;
	uint32_t odd; /* 1: its sizes are odd */
};
static __thread struct worker handler;

static uint32_t draw(struct worker *w, uint32_t below)
{
	w->random = w->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(w->random >> 33) % below;
}

/* A few small sizes, so that addresses are used again at once; now and then a larger one. */
static uint32_t some_size(struct worker *w)
{
	return w->odd + 16 + 2 * (draw(w, 16) ? 12 * draw(w, SIZES) : draw(w, LARGEST / 2));
}

static uint32_t *sign(struct worker *w, uint32_t *p)
{
	if (!p)
		abort();
	*p = w->first + w->log->allocations;
	w->log->allocations++;
	return p;
}

static uint32_t *take(struct worker *w)
{
	uint32_t size = some_size(w);
	w->log->sizes[w->log->allocations] = size;
	return sign(w, draw(w, 3) ? malloc(size) : calloc(1, size));
}

static void give(struct worker *w, uint32_t *p)
{
	w->log->released[w->log->releases] = *p;
	free(p);
	w->log->releases++;
}

static uint32_t *change(struct worker *w, uint32_t *p)
{
	uint32_t size = some_size(w);
	w->log->sizes[w->log->allocations] = size;
	w->log->released[w->log->releases] = *p;
	p = realloc(p, size);
	w->log->releases++;
	return sign(w, p);
}

static void turn(struct worker *w)
{
	uint32_t *p = atomic_exchange(&w->slots[draw(w, SLOTS)], NULL);
	if (!p)
		p = take(w);
	else if (draw(w, 4) == 0)
		p = change(w, p);
	if (draw(w, 3))
		p = atomic_exchange(&w->slots[draw(w, SLOTS)], p);
	if (p)
		give(w, p);
}

static bool may_go_on(const struct worker *w)
{
	return w->log->allocations < calls && w->log->releases < calls;
}

static void on_signal(int signal)
{
	(void)signal;
	if (handler.log && may_go_on(&handler))
		turn(&handler);
}

static void begin(struct worker *w, uint32_t index)
{
	w->log = &log_->workers[index];
	w->first = index * HANDOVER_CALLS;
	w->random = (uint64_t)getpid() << 8 | index;
	w->odd = index >= HANDLER && with_signals;
	w->slots = w->odd ? handlers_slots : slots;
}

static void *work(void *arg)
{
	uint32_t index = (uint32_t)(size_t)arg;
	struct worker w;
	char name[16];
	snprintf(name, sizeof(name), "w%u", index);
	pthread_setname_np(pthread_self(), name);
	begin(&w, index);
	log_->ready = 1;
	if (with_signals) {
		struct worker h;
		begin(&h, index + HANDLER);
		h.log = NULL;
		handler = h;
		atomic_signal_fence(memory_order_seq_cst);
		handler.log = &log_->workers[index + HANDLER];
	}
	while (may_go_on(&w)) {
		if (draw(&w, 16) == 0) /* few processors make long turns */
			sched_yield();
		turn(&w);
	}
	handler.log = NULL;
	running--;
	return NULL;
}

/* Interrupts the threads for as long as they work. */
static void disturb(const pthread_t *ids, unsigned threads)
{
	while (running > 0) {
		for (unsigned i = 0; i < threads; i++)
			pthread_kill(ids[i], SIGUSR1);
		sched_yield();
	}
}

int main(int argc, char **argv)
{
	unsigned threads = argc > 4 ? (unsigned)atoi(argv[2]) : 0;
	unsigned rounds = threads ? (unsigned)atoi(argv[3]) : 0;
	pthread_t ids[HANDOVER_WORKERS];
	int fd = rounds ? open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0600) : -1;
	calls = fd >= 0 ? (uint32_t)atoi(argv[4]) : HANDOVER_CALLS;
	with_signals = argc > 5 && strcmp(argv[5], "signals") == 0;
	signal(SIGUSR1, on_signal);
	if ((with_signals && threads > HANDLER) || threads * rounds > HANDOVER_WORKERS ||
		calls >= HANDOVER_CALLS || ftruncate(fd, sizeof(*log_)))
		return 2;
	log_ = mmap(NULL, sizeof(*log_), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (log_ == MAP_FAILED)
		return 2;
	close(fd);
	for (unsigned r = 0; r < rounds; r++) {
		running = (int)threads;
		for (size_t i = 0; i < threads; i++)
			if (pthread_create(&ids[i], NULL, work, (void *)(r * threads + i)))
				return 2;
		if (with_signals)
			disturb(ids, threads);
		for (unsigned i = 0; i < threads; i++)
			pthread_join(ids[i], NULL);
	}
	while (argc > 5 && !with_signals)
		pause();
	uint64_t done[2] = {0};
	for (unsigned i = 0; i < HANDOVER_WORKERS; i++) {
		done[0] += log_->workers[i].allocations;
		done[1] += log_->workers[i].releases;
	}
	printf("%" PRIu64 " %" PRIu64 "\n", done[0], done[1]);
	return 0;
}
