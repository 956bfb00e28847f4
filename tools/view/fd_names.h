/* What descriptors are, in words: up to three names, or what they have in common. */
#ifndef LR_FD_NAMES_H
#define LR_FD_NAMES_H

#include "tools/model/model.h"

/* The row of a scan's table that says what an open descriptor is; NULL: none does. */
const struct lr_scan_fd *lr_fd_row(const struct lr_scan *scan, const struct lr_open_resource *o);
/* Somebody is at the other end of what was accepted, or duplicated from such: as far as is known,
 * it is a connection of the moment. */
bool lr_fd_is_connection(const struct lr_scan *scan, const struct lr_open_resource *o);

/* scan: may be NULL. The caller frees it. */
char *lr_fd_names(
	const struct lr_scan *scan, const struct lr_open_resource *const *list, size_t count);

/* How many of them are one file, of that which comes most often. Only what has a path counts. */
size_t lr_fd_same(
	const struct lr_scan *scan, const struct lr_open_resource *const *list, size_t count);

#endif
