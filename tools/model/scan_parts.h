/* Shared by scan.c, scan_sites.c and scan_tables.c. Not for others. */
#ifndef LR_SCAN_PARTS_H
#define LR_SCAN_PARTS_H

#include "tools/model/scan.h"

/* Makes the sums of a scan whose indexes have been checked; at most room sites, and as many pairs.
 * Counts in over_limit what has no room. */
void lr_scan_sum_up(struct lr_scans *s, struct lr_scan *scan, size_t room);
/* The same sums for sites that have become frames, of which several may be one. */
void lr_scan_place_sums(
	struct lr_scan *scan, uint32_t (*frame_of)(void *ctx, uint32_t site), void *ctx);

/* False: there is no room for it, which is noted. */
bool lr_scan_afford(struct lr_scans *s, size_t have, size_t limit);

static inline uint32_t lr_less32(uint64_t v)
{
	return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

/* A table of a scan. */
struct lr_scan_table {
	void (*add)(struct lr_scans *s, const uint64_t *values);
	size_t used_at; /* where in struct lr_scan the number of its rows is */
};
/* NULL: a record of that type is none, or that of the blocks. */
const struct lr_scan_table *lr_scan_table(uint64_t type);
size_t lr_scan_rows(const struct lr_scan *scan, const struct lr_scan_table *table);

/* False: they are damaged. */
bool lr_scan_texts_add(struct lr_scans *s, const uint8_t *texts, size_t len);
void lr_scan_texts_free(struct lr_scan_texts *t);

#endif
