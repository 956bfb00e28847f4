/* bench-calls DEPTH FORKS PAIRS: walks a call tree from end to end, again and again, as a compiler
 * or an interpreter walks what it works on. Each function calls on once or, FORKS times in a
 * thousand, twice, from another place; at DEPTH calls below main a block is allocated, and takes
 * the place of one of 65,536 that live, which is released. The tree is the same in every run and in
 * every walk, and has tens of thousands of frames (a caller, and where in it the call stands).
 * Prints the CPU nanoseconds of the process per pair. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LIVE = 65536 };

typedef void call_fn(int left, uint64_t node);

static void *live[LIVE];
static unsigned forks;
static long pairs, frames, walks;
static uint64_t random_state = 1;

static uint64_t next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* What a node of the tree is like follows from its number alone. */
static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

static inline __attribute__((always_inline)) void leaf(void)
{
	uint64_t r = next();
	void **slot = &live[r & (LIVE - 1)];
	free(*slot);
	*slot = malloc(16 + (r >> 16) % 240);
	if (!*slot)
		abort();
	memset(*slot, 0, 16);
	pairs--;
}

static call_fn call_a, call_b, call_c, call_d;
static call_fn *const callees[] = {call_a, call_b, call_c, call_d};

/* Four functions alike but for what they keep on the stack, each with two places to call from. */
#define CALL(name, words)                                                                          \
	static __attribute__((noinline)) void name(int left, uint64_t node)                        \
	{                                                                                          \
		uint64_t kept[words], like = mix(node);                                            \
		kept[0] = node;                                                                    \
		__asm__ volatile("" : : "r"(kept) : "memory");                                     \
		if (pairs <= 0)                                                                    \
			return;                                                                    \
		frames++;                                                                          \
		if (left == 0) {                                                                   \
			leaf();                                                                    \
			return;                                                                    \
		}                                                                                  \
		callees[like & 3](left - 1, like + 1);                                             \
		__asm__ volatile("" : : "r"(kept) : "memory");                                     \
		if ((like >> 2 & 0xffff) % 1000 < forks) {                                         \
			callees[like >> 60 & 3](left - 1, like + 2);                               \
			__asm__ volatile("" : : "r"(kept) : "memory");                             \
		}                                                                                  \
	}

CALL(call_a, 1)
CALL(call_b, 3)
CALL(call_c, 6)
CALL(call_d, 17)

int main(int argc, char **argv)
{
	struct timespec t;
	if (argc != 4) {
		fprintf(stderr, "usage: bench-calls DEPTH FORKS PAIRS\n");
		return 2;
	}
	int depth = atoi(argv[1]);
	forks = (unsigned)atoi(argv[2]);
	long all = pairs = atol(argv[3]);
	if (depth < 1 || pairs < 1)
		return 2;
	for (; pairs > 0; walks++) {
		long before = frames, had = pairs;
		call_a(depth - 1, 6);
		if (walks == 0)
			fprintf(stderr, "%ld calls, %ld leaves a walk\n", frames - before,
				had - pairs);
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	printf("%.1f\n", ((double)t.tv_sec * 1e9 + (double)t.tv_nsec) / (double)all);
	return 0;
}
