/* Shared by leaks.c, leaks_rows.c and leaks_fill.c. Not for others. */
#ifndef LR_LEAKS_PARTS_H
#define LR_LEAKS_PARTS_H

#include "tools/view/leaks.h"

/* Of all scans that are shown; each site, each pair once, in order of frames. */
struct lr_leak_sites {
	struct lr_scan_site *sites;
	size_t sites_used;
	struct lr_scan_owned *owned;
	size_t owned_used;
};

static inline void lr_leak_sum_add(struct lr_scan_sum *to, const struct lr_scan_sum *from)
{
	to->blocks += from->blocks;
	to->bytes += from->bytes;
}

static inline void lr_leak_sum_take(struct lr_scan_sum *from, const struct lr_scan_sum *what)
{
	from->blocks -= what->blocks < from->blocks ? what->blocks : from->blocks;
	from->bytes -= what->bytes < from->bytes ? what->bytes : from->bytes;
}

/* The rows and sums. Changes the sites: what is suppressed is taken out of them. */
void lr_leak_rows(struct lr_leaks *l, struct lr_leak_sites *sites, const struct lr_model *m,
	struct lr_names *names, const struct lr_leak_query *q);

/* The rest of the rows: counts, owned sites, releases; names and stacks unless bare. */
void lr_leak_complete(struct lr_leaks *l, const struct lr_leak_sites *sites,
	const struct lr_model *m, struct lr_names *names, const struct lr_leak_query *q);
/* Where the pairs of that owner begin, or would. */
size_t lr_leak_first_owned(const struct lr_leak_sites *s, uint32_t owner);

#endif
