/* Shared by resources.c and resources_rows.c. Not for others. */
#ifndef LR_RESOURCES_PARTS_H
#define LR_RESOURCES_PARTS_H

#include "tools/view/match.h"
#include "tools/view/resources.h"

/* What rows are told apart by. */
struct lr_resource_key {
	unsigned kind;
	uint64_t number;  /* a frame or a thread; else 0 */
	const char *name; /* a function, file or module; else "" */
};

/* A site, or an open one. */
struct lr_resource_item {
	struct lr_resource_key key;
	const struct lr_resource_site *site;
	const struct lr_open_resource *res;
	const struct lr_dump *dump;
	size_t order;
};

struct lr_resource_items {
	struct lr_resource_item *list;
	size_t used, room;
};

struct lr_resource_making {
	const struct lr_model *m;
	struct lr_names *names;
	const struct lr_resource_query *q;
	struct lr_match *match;
	struct lr_resources_view *v;
	struct lr_resource_items sites, open;
	size_t rows_room;
	const struct lr_scan *fds_of;
	struct lr_map fds; /* number -> index in that scan's table */
};

static inline bool lr_resource_wanted(const struct lr_resource_making *k, unsigned kind)
{
	return !k->q->kinds || k->q->kinds[kind];
}
/* The rows, unsorted: sites, and what was inherited. */
void lr_resource_rows(struct lr_resource_making *k);
/* What was open in the dump at the moment that was asked for; NULL: not known. */
const struct lr_open_at *lr_resource_moment(
	const struct lr_resource_making *k, const struct lr_dump *d);

#endif
