/* The table of mappings in a scan: what /proc/self/maps has, and whose each is. */
#ifndef LT_TELL_MAPS_H
#define LT_TELL_MAPS_H

#include "lib/tell.h"

/* After the scan. A process that is judged in place and has mapped nothing has no table. */
void lt_tell_maps(struct lt_channel *c, const struct lt_moment *moment);

#endif
