/* What judging costs: bench-scan [BLOCKS [SIZE [LINKS [LOST% [TARGETS]]]]]. A heap of its own
 * making: BLOCKS blocks of SIZE bytes, 16 apart from each other, in each LINKS pointers to others
 * anywhere; some hundred roots; of LOST% of the blocks neither roots nor blocks that are not lost
 * know. Then the graph is told. Of TARGETS mappings every second one is pointed to, from the first
 * blocks. Prints the time by the clock of the CPU. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include "lib/scan_graph.h"

static uint64_t state = 88172645463325252;

static uint64_t any(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint64_t)((unsigned __int128)state * below >> 64);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* huge: as the caller does for what the scan itself needs, where the system gives such pages. */
static void *room(size_t size, bool huge)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || (huge && madvise(p, size, MADV_HUGEPAGE) != 0)) {
		perror("mmap");
		exit(1);
	}
	return p;
}

/* Fills the heap: words that are no pointers, but for the links. */
static void fill(char *heap, size_t pitch, uint32_t n, size_t size, unsigned links, uint32_t lost)
{
	for (uint32_t i = 0; i < n; i++) {
		uint64_t *w = (uint64_t *)(heap + i * pitch);
		for (size_t k = 0; k < size / 8; k++)
			w[k] = k < links ? (uint64_t)(heap + (i < lost ? any(lost)
								       : lost + any(n - lost)) *
								     pitch)
					 : any(1 << 20);
	}
}

static void shuffle(struct lt_scan_block *b, uint32_t n)
{
	for (uint32_t i = n; i > 1; i--) {
		uint32_t k = (uint32_t)any(i);
		struct lt_scan_block swap = b[k];
		b[k] = b[i - 1];
		b[i - 1] = swap;
	}
}

static void print(const struct lt_scan *s, double time)
{
	static const char *const name[] = {"lost", "reachable", "possible", "indirect", "definite"};

	for (unsigned v = 1; v < LT_SCAN_VERDICTS; v++)
		printf("%s %llu%s", name[v], (unsigned long long)s->count[v],
			v + 1 < LT_SCAN_VERDICTS ? ", " : "\n");
	printf("%llu words, %llu pointers, %.1f bytes of work space a block\n",
		(unsigned long long)s->words_read, (unsigned long long)s->pointers,
		(double)lt_scan_work(s->n_blocks) / s->n_blocks);
	printf("%.3f s: %.1f ns a block, %.2f ns a word, %.1f ns a pointer\n", time,
		time * 1e9 / s->n_blocks, time * 1e9 / (double)s->words_read,
		time * 1e9 / (double)s->pointers);
}

static uint64_t graph_bytes;

static bool take(void *context, size_t len, bool last)
{
	(void)context;
	(void)last;
	graph_bytes += len;
	return true;
}

static void tell_graph(struct lt_scan *s)
{
	enum { ROOM = 256 << 10 };
	struct lt_scan_graph g = {.room = room(ROOM, false), .size = ROOM, .take = take};
	double start = now();

	lt_scan_graph(s, &g);
	double time = now() - start;
	printf("graph: %.3f s, %llu edges, %.1f bytes an edge\n", time, (unsigned long long)g.edges,
		(double)graph_bytes / (double)g.edges);
}

/* Beside the heap, so that pointers to blocks need not be looked at closely. */
static void add_targets(struct lt_scan *s, uint32_t n, char *heap, size_t pitch)
{
	enum { SIZE = 64 << 10 };
	uintptr_t at = (uintptr_t)room((size_t)n * SIZE, false);

	s->targets = calloc(n, sizeof(*s->targets));
	s->n_targets = n;
	for (uint32_t i = 0; i < n; i++) {
		s->targets[i] = (struct lt_scan_target){
			.start = at + i * SIZE, .end = at + (i + 1) * SIZE, .group = i};
		if (i % 2)
			*(uintptr_t *)(heap + i * pitch) = at + i * SIZE;
	}
}

int main(int argc, char **argv)
{
	uint32_t n = argc > 1 ? (uint32_t)atol(argv[1]) : 10000000;
	size_t size = argc > 2 ? (size_t)atol(argv[2]) : 100, pitch = (size + 8 + 15) / 16 * 16;
	unsigned links = argc > 3 ? (unsigned)atoi(argv[3]) : 2;
	uint32_t lost = (uint32_t)((uint64_t)n * (argc > 4 ? (unsigned)atoi(argv[4]) : 0) / 100);
	char *heap = room(n * pitch, false);
	struct lt_scan_block *b = room(n * sizeof(*b), true);
	uintptr_t *root = room(4096, false);

	fill(heap, pitch, n, size, links, lost);
	for (uint32_t i = 0; i < n; i++)
		b[i] = (struct lt_scan_block){
			.addr = (uintptr_t)heap + i * pitch, .size = size, .birth = i};
	shuffle(b, n);
	for (unsigned i = 0; i < 512; i++)
		root[i] = (uintptr_t)(heap + (lost + any(n - lost)) * pitch);

	struct lt_scan_root roots = {.start = (uintptr_t)root, .end = (uintptr_t)(root + 512)};
	struct lt_scan s = {.blocks = b,
		.n_blocks = n,
		.roots = &roots,
		.n_roots = 1,
		.heuristics = LT_SCAN_HEURISTICS,
		.work = room(lt_scan_work(n), true)};
	if (argc > 5)
		add_targets(&s, (uint32_t)atol(argv[5]), heap, pitch);
	double start = now();
	lt_scan_run(&s);
	print(&s, now() - start);
	tell_graph(&s);
	return 0;
}
