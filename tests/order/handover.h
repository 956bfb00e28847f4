/* What handover.c says of every block, in a file that it maps: the truth that pairs.c compares
 * with. */
#ifndef TESTS_ORDER_HANDOVER_H
#define TESTS_ORDER_HANDOVER_H

#include <stdatomic.h>
#include <stdint.h>

enum { HANDOVER_WORKERS = 64, HANDOVER_CALLS = 1 << 18, HANDLER = 32 };

/* A worker is a thread whose name is w and its index. Its n-th allocation has sizes[n]; its n-th
 * release is of the block released[n], a worker's index times HANDOVER_CALLS plus which of that
 * worker's allocations it was. Entries are written before the call, counts after it.
 *
 * A worker's signal handler counts as another worker, HANDLER further on; its blocks, which only
 * handlers release, have odd sizes. */
struct handover_worker {
	_Atomic uint32_t allocations, releases;
	uint32_t sizes[HANDOVER_CALLS];
	uint32_t released[HANDOVER_CALLS];
};

struct handover {
	_Atomic uint32_t ready;
	struct handover_worker workers[HANDOVER_WORKERS];
};

#endif
