/* Memory for the live set's leaves: pieces of a few sizes, out of slabs of one size each. What is
 * given back serves again, for any size once its slab is empty; beyond a few MiB the system gets
 * it. Used by the drainer alone. */
#ifndef LT_LIVE_ROOM_H
#define LT_LIVE_ROOM_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/own.h"

/* The sizes in bytes are multiples of 64. */
enum { LT_LIVE_SIZES = 24 };
extern LT_OWN const uint16_t lt_live_bytes[LT_LIVE_SIZES];

/* Zeroed and aligned to 64; NULL: no memory. */
void *lt_live_take(unsigned size);
void lt_live_give(void *piece, unsigned size);

/* All is given back. Without unmap, whatever state it is in, its memory is lost. */
void lt_live_room_clear(bool unmap);

#endif
