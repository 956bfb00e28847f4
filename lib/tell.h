/* Says what a scan has found, as records of the dump: written in the copy, appended by the process,
 * one record at a time, through memory that both share. */
#ifndef LT_TELL_H
#define LT_TELL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "lib/scan.h"

enum { LT_TELL_BODY = 256 << 10 };

struct lt_channel {
	_Atomic uint32_t full;
	uint32_t type, len; /* a record's */
	uint8_t body[LT_TELL_BODY];
};

/* In the copy: all of it, waiting after each record until it has been taken. */
void lt_tell(struct lt_channel *c, const struct lt_scan *s);

/* In the copy: the record of that type in c->body, up to end. */
void lt_tell_send(struct lt_channel *c, unsigned type, const uint8_t *end);
/* In the copy: the scan's graph (tell_graph.c). */
void lt_tell_graph(struct lt_channel *c, const struct lt_scan *s);

/* In the process, with a full channel: appends the record and empties the channel. False: it was
 * the last one, or it could not be appended. */
bool lt_tell_take(struct lt_channel *c);

#endif
