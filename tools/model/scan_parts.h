/* Shared by scan.c and scan_sites.c. Not for others. */
#ifndef LR_SCAN_PARTS_H
#define LR_SCAN_PARTS_H

#include "tools/model/scan.h"

/* Makes the sums of a scan whose indexes have been checked; at most room sites, and as many pairs.
 * Counts in over_limit what has no room. */
void lr_scan_sum_up(struct lr_scans *s, struct lr_scan *scan, size_t room);
/* The same sums for sites that have become frames, of which several may be one. */
void lr_scan_place_sums(
	struct lr_scan *scan, uint32_t (*frame_of)(void *ctx, uint32_t site), void *ctx);

#endif
