/* Dumps, measured. */
#ifndef LR_MEASURES_H
#define LR_MEASURES_H

#include "tools/cmd/command.h"
#include "tools/view/measure.h"

struct lr_measures_options {
	const struct lr_options *options; /* a thread's name: counts are told apart by thread */
	bool by_thread, by_region;
	const char *const *regions; /* see struct lr_measure_query */
	size_t regions_used;
};

/* One measure of all dumps; what is wrong with any of them is said on stderr. Dumps of one program
 * are put together, and judged together. *status: enum lr_exit, DAMAGED where anything could not be
 * read. NULL where nothing could be, or an option is wrong. */
struct lr_measure *lr_measure_dumps(
	const struct lr_measures_options *o, char *const *dumps, size_t count, int *status);

#endif
