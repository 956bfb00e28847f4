/* What a scan has found where something is mapped. */
#ifndef LR_MAPPED_H
#define LR_MAPPED_H

#include <stdbool.h>
#include <stdint.h>
#include "tools/model/scan.h"

struct lr_mapped {
	bool found;        /* the scan's table has something there */
	bool counted;      /* resident is known */
	uint64_t resident; /* bytes, of the program's own */
	bool judged;       /* held is known */
	bool held;         /* something points to a part of it */
	const char *name;  /* as /proc/PID/maps has it; NULL none. Any bytes */
};

/* The first row of the scan's table that ends behind the address: they stand in order. */
size_t lr_mapped_first(const struct lr_scan *scan, uint64_t addr);

/* What lies from start on; scan may be NULL. */
struct lr_mapped lr_mapped_at(const struct lr_scan *scan, uint64_t start, uint64_t length);

#endif
