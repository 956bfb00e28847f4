/* Says what a scan has found, as records of the dump, one behind the other. */
#ifndef LT_TELL_H
#define LT_TELL_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/scan.h"

enum { LT_TELL_BODY = 256 << 10 };

struct lt_channel {
	bool failed; /* a record could not be appended: nor are those behind it */
	uint8_t body[LT_TELL_BODY];
};

/* All of it, the sums last. False: not all could be appended. */
bool lt_tell(struct lt_channel *c, const struct lt_scan *s);

/* The record of that type in c->body, up to end. */
void lt_tell_send(struct lt_channel *c, unsigned type, const uint8_t *end);
/* The scan's graph (tell_graph.c). */
void lt_tell_graph(struct lt_channel *c, const struct lt_scan *s);

#endif
