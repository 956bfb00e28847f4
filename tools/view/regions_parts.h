/* Shared by regions.c, regions_tree.c and regions_sites.c. Not for others. */
#ifndef LR_REGIONS_PARTS_H
#define LR_REGIONS_PARTS_H

#include "tools/view/match.h"
#include "tools/view/regions.h"

/* A region of the model, or a function that is one. */
struct lr_region_node {
	const char *name, *path, *program;
	uint32_t parent;      /* index plus 1; 0 none. Less than its own */
	uint32_t first, next; /* in order: the first within it, the next beside it: plus 1 */
	uint32_t row;         /* index plus 1; 0: it has none */
	struct lr_counts own, counts; /* counts: with what is within */
	struct lr_entries entries;
	uint64_t value; /* what rows are sorted by */
};

struct lr_regions_making {
	struct lr_regions_view *v;
	const struct lr_model *m;
	struct lr_names *names;
	const struct lr_region_query *q;
	struct lr_region_node *nodes;
	size_t used, room;
	size_t rows_room;
};

/* Regions that the program has begun, and functions as far as they were asked for. */
void lr_regions_nodes(struct lr_regions_making *w);
void lr_regions_functions(struct lr_regions_making *w);
/* Index plus 1 of the node that a site's blocks count to; 0: to none. */
uint32_t lr_regions_node_of(const struct lr_regions_making *w, const struct lr_site *s);
/* The sites that the query's filters leave, whatever region they are in. */
void lr_regions_each_site(struct lr_regions_making *w,
	void (*each)(struct lr_regions_making *w, const struct lr_site *s, void *ctx), void *ctx);
/* All nodes, each before what is within it, those with a greater value before others: an index plus
 * 1; 0: there are no more. The first one makes the order. */
uint32_t lr_regions_first(struct lr_regions_making *w);
uint32_t lr_regions_next(const struct lr_regions_making *w, uint32_t at);
/* The sites of the rows that allocate most. */
void lr_regions_sites(struct lr_regions_making *w);
void lr_regions_notes(struct lr_regions_view *v, const struct lr_model *m);
void lr_regions_making_free(struct lr_regions_making *w);

#endif
