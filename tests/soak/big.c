/* Many events from many places: EVENTS allocations and releases at about a thousand sites, with
 * about 100,000 live blocks.   big EVENTS */
#include <stdint.h>
#include <stdlib.h>

enum { LIVE = 100000, DEPTH = 10, LEAST = 8 };

static uint64_t seed = 1;

static uint32_t draw(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

/* Two ways at each level: 1024 stacks. */
static __attribute__((noinline)) void *left(unsigned way, unsigned depth);
static __attribute__((noinline)) void *right(unsigned way, unsigned depth);

static void *deeper(unsigned way, unsigned depth)
{
	return way & 1 ? left(way >> 1, depth - 1) : right(way >> 1, depth - 1);
}

static void *left(unsigned way, unsigned depth)
{
	void *p = depth ? deeper(way, depth) : malloc(LEAST + draw(400));
	__asm__ volatile("" : "+r"(p));
	return p;
}

static void *right(unsigned way, unsigned depth)
{
	void *p = depth ? deeper(way, depth) : malloc(LEAST + draw(4000));
	__asm__ volatile("" : "+r"(p));
	return p;
}

int main(int argc, char **argv)
{
	static void *live[LIVE];
	long events = argc > 1 ? atol(argv[1]) : 0;
	while (events > 0) {
		uint32_t i = draw(LIVE);
		if (live[i])
			events--;
		free(live[i]);
		live[i] = left(draw(1 << DEPTH), DEPTH);
		events--;
	}
	return 0;
}
