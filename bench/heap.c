/* A heap of many blocks, all reachable: what a scan of it costs.
 *
 *   bench-heap BLOCKS MIB exit           fills it and ends
 *   bench-heap BLOCKS MIB serve SECONDS  then writes to all of it again and again, and prints what
 *                                        one round took of the processor: microseconds, each */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct block {
	struct block *next, *other;
	uint64_t written;
};

static struct block **all;

static uint64_t cpu_us(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void serve(size_t n, uint64_t seconds)
{
	uint64_t start = cpu_us(CLOCK_MONOTONIC);
	while (cpu_us(CLOCK_MONOTONIC) - start < seconds * 1000000) {
		uint64_t before = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
		for (size_t i = 0; i < n; i++)
			all[i]->written++;
		printf("%llu\n", (unsigned long long)(cpu_us(CLOCK_PROCESS_CPUTIME_ID) - before));
		fflush(stdout);
		usleep(20000);
	}
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	size_t n = strtoul(argv[1], NULL, 10), bytes = (strtoul(argv[2], NULL, 10) << 20) / n;
	uint64_t random = 1;
	bytes = bytes < sizeof(struct block) ? sizeof(struct block) : bytes;
	all = malloc(n * sizeof(struct block *));
	for (size_t i = 0; i < n; i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		all[i] = malloc(bytes / 2 + (random >> 33) % bytes);
		all[i]->next = i ? all[i - 1] : NULL;
		all[i]->other = i ? all[(random >> 20) % i] : NULL;
		all[i]->written = 0;
	}
	puts("filled");
	fflush(stdout);
	if (strcmp(argv[3], "serve") == 0)
		serve(n, argc > 4 ? strtoul(argv[4], NULL, 10) : 10);
	return 0;
}
