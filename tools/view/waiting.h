/* Where a thread stood at a scan: its stack, and what it waited for. */
#ifndef LR_WAITING_H
#define LR_WAITING_H

#include "tools/util/map.h"
#include "tools/view/table.h"

/* "read"; NULL: not one that waits. call: as in the scan's table, the number plus 1. */
const char *lr_call_name(uint32_t call);
/* Its first argument is a descriptor. */
bool lr_call_has_fd(uint32_t call);

/* A scan's threads, to be found by their handles. All zero is none. */
struct lr_waits {
	const struct lr_scan *scan;
	struct lr_map rows, frames; /* handle -> row, kernel's id -> first frame; index plus 1 */
	bool *joined;               /* by row: another thread is in the call that joins it */
};
/* scan: NULL none. What was open before is closed. */
void lr_waits_open(struct lr_waits *w, const struct lr_scan *scan);
void lr_waits_close(struct lr_waits *w);
/* NULL: it is not there. */
const struct lr_scan_pthread *lr_waits_row(const struct lr_waits *w, uint64_t handle);
bool lr_waits_joined(const struct lr_waits *w, const struct lr_scan_pthread *row);

/* The lines of a thread's stack, innermost first, up to the function that it was made to run; at
 * most max. A new array. */
struct lr_line *lr_waiting_lines(const struct lr_model *m, struct lr_names *names,
	const struct lr_dump *d, const struct lr_waits *w, uint32_t tid, size_t max, size_t *used);
/* The function at an address; NULL unknown. */
const char *lr_waiting_function(
	const struct lr_model *m, struct lr_names *names, const struct lr_dump *d, uint64_t addr);
/* The same for the same stack; 0: it is not known. */
uint64_t lr_waiting_stack(const struct lr_waits *w, uint32_t tid);

/* The descriptor's name in the scan's table; "" not known. */
const char *lr_waiting_fd(const struct lr_scan *s, uint64_t fd);

#endif
