/* What became unreachable between the first and the last scan of a dump, by site. */
#ifndef LR_UNREACHABLE_H
#define LR_UNREACHABLE_H

#include "tools/view/suppress.h"
#include "tools/view/query.h"
#include "tools/view/table.h"

struct lr_unreachable_row {
	const char *name;               /* of the site's innermost function */
	uint32_t dump;                  /* index in the model's */
	uint32_t frame;                 /* the site's innermost */
	struct lr_scan_sum first, last; /* definitely and indirectly lost */
	struct lr_scan_sum since;       /* more in the last than in the first */
	struct lr_line *stack;
	size_t stack_used, stack_cut;
};

/* Of a dump: two scans, and what all its sites have; NULL where it has no two of which all is
 * known. */
struct lr_unreachable_dump {
	const struct lr_dump *dump;
	const struct lr_scan *first, *last;
	struct lr_scan_sum lost[2], since;
};

struct lr_unreachable {
	struct lr_unreachable_dump *dumps; /* one for each of the model's */
	size_t dumps_used;
	size_t spans;                    /* of these, those that have two scans */
	struct lr_unreachable_row *rows; /* what became unreachable most first */
	size_t used, all_rows;           /* before the limit */
};

/* The query's filters and limits count; rows are sites. What is suppressed is left out. */
struct lr_unreachable *lr_unreachable_make(const struct lr_model *m, struct lr_names *names,
	const struct lr_query *q, struct lr_suppressor *x);
void lr_unreachable_free(struct lr_unreachable *u);

#endif
