/* Which pages of this process's own memory have ever been touched: the others read as zeros, and
 * reading them would cost a fault each. Told by the kernel (/proc/self/pagemap), for memory that is
 * not shared: a fork does not copy what is not there. Makes system calls; for the copy. */
#ifndef LT_TOUCHED_H
#define LT_TOUCHED_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/scan.h"

enum { LT_TOUCHED_RUNS = 512 };

struct lt_touched {
	int fd;         /* of pagemap; less than 0: nothing is known */
	bool by_ranges; /* the kernel gives ranges (Linux 6.7), else a word for each page */
	/* Of the range under way. */
	uintptr_t at, end; /* not looked at yet */
	uint32_t n, next;  /* runs found, and given */
	struct lt_scan_range run[LT_TOUCHED_RUNS];
};

void lt_touched_open(struct lt_touched *t);
/* The same of another process; where that is not allowed, and for 0, of this one. */
void lt_touched_open_of(struct lt_touched *t, long pid);
void lt_touched_close(struct lt_touched *t);

/* The touched parts of [start, end) (whole pages), in order: begin, then next until it says false.
 * Two may touch each other. Where nothing is known, all of it is one. */
void lt_touched_begin(struct lt_touched *t, uintptr_t start, uintptr_t end);
bool lt_touched_next(struct lt_touched *t, struct lt_scan_range *run);

#endif
