/* Regions as a benchmark tells of operations: what one entry costs, and what it leaves behind.
 * Those that the program has begun, or functions whose names match a pattern. */
#ifndef LR_VIEW_REGIONS_H
#define LR_VIEW_REGIONS_H

#include "tools/view/table.h"

/* name, option's value */
#define LR_REGION_SORTS(X)                                                                         \
	X(ALLOCATIONS, "allocations")                                                              \
	X(BYTES, "bytes")                                                                          \
	X(ENTRIES, "entries")                                                                      \
	X(LEFT, "left")                                                                            \
	X(PEAK, "peak")                                                                            \
	X(UNFREED, "unfreed")                                                                      \
	X(TEMPORARY, "temporary")

#define LR_REGION_SORT_ENUM(name, value) LR_REGION_SORT_##name,
enum lr_region_sort { LR_REGION_SORTS(LR_REGION_SORT_ENUM) LR_REGION_SORT_COUNT };
extern const char *const lr_region_sort_names[LR_REGION_SORT_COUNT];

/* One of those that allocate most in a region. */
struct lr_region_site {
	struct lr_counts counts;
	uint32_t frame;
	struct lr_line *stack;
	size_t stack_used, stack_cut;
};

struct lr_region_row {
	const char *name;    /* as it is shown: its own where the row of the one around it stands
			      * above, else its path */
	const char *path;    /* "outer/inner" */
	const char *program; /* NULL: of functions, in all programs */
	unsigned depth;      /* rows around it that stand above */
	bool begun;          /* by the program; else a function */
	struct lr_counts counts; /* with what was allocated in regions within */
	struct lr_counts own;    /* without */
	double share;            /* in the whole, 0 to 1: of the sort's number, or allocations */
	struct lr_entries entries;
	/* An entry is known by itself: not a function's, and where no filter by stacks takes a part
	 * of its blocks. */
	bool exact;
	bool has_per;                /* it was entered, as often as `entries` says */
	double per[LR_OF_BOTH];      /* allocations and bytes of an entry */
	double left_per[LR_OF_BOTH]; /* where exact */
	struct lr_region_site *sites;
	size_t sites_used;
};

/* Something that did not go together. */
struct lr_region_note {
	const char *key;  /* in JSON */
	const char *text; /* behind the number */
	uint64_t count;
};

struct lr_regions_view {
	enum lr_region_sort sort;
	struct lr_region_row *rows; /* each behind the one around it; by the sort among those */
	size_t used, all_rows;      /* all_rows: before the limit */
	struct lr_counts total;     /* of all that the other filters leave */
	struct lr_counts outside;   /* of that: in none of the rows, were there no limit */
	bool by_functions;          /* the pattern means no region that was begun */
	bool programs;              /* more than one */
	struct lr_region_note *notes;
	size_t notes_used;
	const struct lr_dump **marked; /* dumps with marks */
	size_t marked_used;
	struct lr_function_regions *functions; /* private */
};

struct lr_region_query {
	const struct lr_query *sites; /* filters, limit; its sort and group mean nothing */
	enum lr_region_sort sort;
	size_t sites_max; /* of a row, with as many lines as sites->stack_max */
};

/* Of a model that tells regions apart. Names and the model must outlive it. */
struct lr_regions_view *lr_regions_view_make(
	const struct lr_model *m, struct lr_names *names, const struct lr_region_query *q);
void lr_regions_view_free(struct lr_regions_view *v);

#endif
