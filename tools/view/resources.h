/* Resources by site: threads, timers, mappings, descriptors and what else is released by a call of
 * its own: how many were made, released and are open, and what the open ones are. */
#ifndef LR_VIEW_RESOURCES_H
#define LR_VIEW_RESOURCES_H

#include "tools/view/mapped.h"
#include "tools/view/table.h"

/* name, option's value */
#define LR_RESOURCE_SORTS(X)                                                                       \
	X(OPEN, "open")                                                                            \
	X(CREATED, "created")                                                                      \
	X(PEAK, "peak")                                                                            \
	X(BYTES, "bytes")

#define LR_RESOURCE_SORT_ENUM(name, value) LR_RESOURCE_SORT_##name,
enum lr_resource_sort { LR_RESOURCE_SORTS(LR_RESOURCE_SORT_ENUM) LR_RESOURCE_SORT_COUNT };
extern const char *const lr_resource_sort_names[LR_RESOURCE_SORT_COUNT];

struct lr_resource_query {
	const struct lr_query *sites; /* which sites, grouped how, how many rows of a kind */
	const bool *kinds;            /* LR_RES_KINDS of them; NULL: all */
	enum lr_resource_sort sort;
	uint32_t at;  /* LR_OPEN_END, the number of a scan, or LR_SCANS_LAST */
	bool all;     /* also sites of which nothing is open, and what was inherited */
	bool changed; /* only sites that had another number open at the model's two moments; by how
		       * much they differ comes before the sort */
	size_t open_max; /* so many open ones of a row are listed */
};

/* One that is open. */
struct lr_resource_one {
	const struct lr_open_resource *res;
	const struct lr_dump *dump;
	uint64_t number;   /* the handle, as the program has it */
	char *handle;      /* as people write it */
	const char *type;  /* of a descriptor, or of a timer; NULL none */
	const char *name;  /* path, socket ..; NULL not known. Any bytes, as the next two */
	const char *local; /* a socket's own address, and the other's; NULL none */
	const char *peer;
	struct lr_mapped mapped; /* of a mapping */
	char *more;              /* flags, times, in words; "" nothing */
	char *thread;            /* which opened it; NULL not known */
};

struct lr_resource_row {
	unsigned kind;    /* enum lr_resource */
	const char *name; /* of the group; for a site that of its innermost function */
	bool inherited;   /* all that was open when the processes began */
	uint64_t created, released, lost;
	uint64_t open, open_bytes; /* at the moment that was asked for */
	uint64_t peak_open, peak_time;
	struct lr_held held[2]; /* at the two moments that were asked for */
	uint64_t sites;         /* put together here */
	uint32_t frame;         /* a site's innermost frame, else 0 */
	uint32_t thread;        /* where rows are threads: index plus 1 */
	struct lr_line *stack;
	size_t stack_used, stack_cut;
	size_t stack_main, stack_rest; /* for people: up to main, and how many more */
	struct lr_resource_one *ones;  /* oldest first */
	size_t ones_used, ones_all;
};

/* All of one kind, whatever the filters. */
struct lr_resource_sum {
	unsigned kind;
	struct lr_resource_total total;
	uint64_t open, open_bytes; /* at the moment that was asked for, with inherited ones */
	size_t first, rows;        /* its rows */
	size_t all_rows;           /* before the limit */
};

/* A scan, and what was open at it. */
struct lr_resource_scan {
	const struct lr_dump *dump;
	const struct lr_scan *scan;
	const struct lr_open_at *at;
};

struct lr_resources_view {
	enum lr_group group;
	enum lr_resource_sort sort;
	uint32_t at;    /* as asked for */
	size_t without; /* dumps that have no such scan, or do not know what was open at it */
	struct lr_resource_sum *kinds; /* those that occur */
	size_t kinds_used;
	struct lr_resource_row *rows; /* by kind, then as sorted */
	size_t used;
	struct lr_resource_scan *scans; /* by dump, then in order */
	size_t scans_used, scans_room;
	char **owned;
	size_t owned_used, owned_room;
};

/* The model and the names must outlive it. */
struct lr_resources_view *lr_resources_view_make(
	const struct lr_model *m, struct lr_names *names, const struct lr_resource_query *q);
void lr_resources_view_free(struct lr_resources_view *v);

/* What is open, in words (resources_words.c). scan: one that was made when it was open; NULL: there
 * is none. fd: a descriptor's row in the scan's table. */
struct lr_resource_one lr_resource_one(const struct lr_model *m, const struct lr_dump *d,
	const struct lr_open_resource *o, const struct lr_scan *scan, const struct lr_scan_fd *fd);
void lr_resource_one_free(struct lr_resource_one *one);
/* "CLOCK_MONOTONIC" .. */
const char *lr_clock_word(uint64_t clock);
/* "file", "socket" ..: enum ltf_fd. */
const char *lr_fd_word(unsigned what);

#endif
