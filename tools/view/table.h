/* Sites, selected, grouped, sorted and cut to length. */
#ifndef LR_TABLE_H
#define LR_TABLE_H

#include "tools/view/names.h"
#include "tools/view/query.h"

/* A line of a stack: a frame, or what was inlined into it. */
struct lr_line {
	struct lr_location at;
	uint32_t flags; /* LTF_NODE_* of the frame */
};

struct lr_row {
	const char *name; /* of the group; for a site that of its innermost function */
	struct lr_counts counts;
	struct lr_held held[2]; /* at the two moments that were asked for */
	uint64_t value;         /* what the table is sorted by */
	double share;           /* value in the table's whole, 0 to 1 */
	double temporary;       /* share of the allocations that were temporary */
	uint64_t sites;         /* put together here */
	uint32_t frame;         /* a site's innermost frame, else 0 */
	struct lr_line *stack;  /* a site's lines, innermost first */
	size_t stack_used;
	size_t stack_cut; /* frames that stack_max left out */
};

struct lr_table {
	enum lr_group group;
	enum lr_sort sort;
	struct lr_row *rows;
	size_t used;
	size_t all_rows;        /* before the limit */
	struct lr_counts total; /* of all that matched */
	struct lr_held held[2]; /* of all that matched, at the two moments */
	double temporary;       /* share of the total's allocations that were temporary */
	char **owned;           /* texts made for it */
	size_t owned_used, owned_room;
};

/* Names must outlive the table. */
struct lr_table *lr_table_make(
	const struct lr_model *m, struct lr_names *names, const struct lr_query *q);
void lr_table_free(struct lr_table *t);

/* How many of a stack's lines a person wants to see: up to main, and not what calls it. *cut: how
 * many more frames there are that are not shown, 0 where main is. */
size_t lr_stack_to_main(const struct lr_line *lines, size_t used, size_t *cut);

/* The lines of a stack from its innermost frame, at most max; *cut is how many frames are left. */
struct lr_line *lr_stack_lines(const struct lr_model *m, struct lr_names *names, uint32_t frame,
	size_t max, size_t *used, size_t *cut);

#endif
