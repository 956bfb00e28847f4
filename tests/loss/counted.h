/* What counted.c tells of itself in a file that it maps, and watch.c reads there when it is dead.
 */
#ifndef TESTS_LOSS_COUNTED_H
#define TESTS_LOSS_COUNTED_H

#include <stdatomic.h>
#include <stdint.h>

enum { COUNTED_THREADS = 64 };

/* One thread's completed calls: each is counted after it has returned. */
struct counted_thread {
	_Atomic uint64_t allocations, frees, bytes;
	char pad[64 - 3 * 8];
};

struct counted {
	_Atomic uint32_t ready; /* all threads have been made */
	char pad[60];
	struct counted_thread threads[COUNTED_THREADS];
};

#endif
