/* Reading dumps that dumpgen made, from memory. */
#ifndef DUMPREAD_H
#define DUMPREAD_H

#include "tests/unit/dumpgen.h"
#include "tools/model/tally.h"
#include "tools/source.h"

/* A source over n bytes, which must stay. NULL with *err set. */
struct lr_source *dr_open(const uint8_t *data, size_t n, struct lr_error *err);
/* Replays them; the caller frees the tally. *status (may be NULL) is the source's. Fails the test
 * when nothing can be read. */
struct lr_tally *dr_replay(const uint8_t *data, size_t n, struct lr_source_status *status);

#endif
