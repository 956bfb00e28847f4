/* A value along the run, in a bounded number of samples: when there are too many, neighbours are
 * joined and the interval doubles. Each sample keeps the greatest and the last value of its
 * interval. */
#ifndef LR_SERIES_H
#define LR_SERIES_H

#include <stddef.h>
#include <stdint.h>

enum { LR_SERIES_MAX = 512 };

struct lr_sample {
	uint64_t time; /* microseconds since the start: the interval's begin */
	uint64_t most, last;
};

/* All zero is empty, with intervals of one millisecond. */
struct lr_series {
	struct lr_sample samples[LR_SERIES_MAX];
	size_t used;
	unsigned shift; /* an interval is 1000 << shift microseconds */
};

/* Times must not decrease; one that does counts to the last interval. */
void lr_series_add(struct lr_series *s, uint64_t time, uint64_t value);

#endif
