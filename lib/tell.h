/* Says what a scan has found, as records of the dump (format/scan.h). */
#ifndef LT_TELL_H
#define LT_TELL_H

#include <stdbool.h>
#include <stdint.h>
#include "format/scan.h"
#include "lib/judge.h"
#include "lib/scan.h"

/* Bytes: a column of a table, and what gathers of smaller records. */
enum { LT_TELL_COLUMN = 64 << 10, LT_TELL_SMALL = 32 << 10 };

/* What records are put together in: zeroed. */
struct lt_channel {
	bool failed; /* a record could not be appended: nor are those behind it */
	uint32_t small_used;
	uint8_t small[LT_TELL_SMALL];
	uint8_t column[LTF_TABLE_COLUMNS][LT_TELL_COLUMN];
};

/* A table that is being put together. */
struct lt_rows {
	struct lt_channel *c;
	unsigned type, columns;
	uint64_t first, rows;
	uint8_t *end[LTF_TABLE_COLUMNS];
	bool any[LTF_TABLE_COLUMNS]; /* there is more than zeros in it */
};
void lt_rows_begin(struct lt_rows *t, struct lt_channel *c, unsigned type, unsigned columns);
void lt_rows_add(struct lt_rows *t, const uint64_t *values);
void lt_rows_end(struct lt_rows *t);

/* In the process: a scan begins now, the next one. */
void lt_tell_begin(enum ltf_scan_reason reason);
/* What is known of it besides, before it is told. The sums, BLOCKS, WORDS_READ, POINTERS,
 * ROOT_BYTES and COVERAGE are known from the scan, the threads from the moment. */
void lt_tell_figure(enum ltf_scan_figure figure, uint64_t value);

/* All of it, the sums last. False: not all could be appended. */
bool lt_tell(struct lt_channel *c, const struct lt_scan *s, const struct lt_moment *moment);

/* A record, whose body is the scan's number and the bytes; they may lie in the channel's columns.
 */
void lt_tell_record(struct lt_channel *c, unsigned type, const uint8_t *bytes, size_t len);
/* The threads' frames, as far as they are known (tell_frames.c). */
void lt_tell_frames(struct lt_channel *c, const struct lt_moment *moment);
/* The C library's threads, where there may be several (tell_threads.c). */
void lt_tell_threads(struct lt_channel *c, const struct lt_moment *moment);
/* The kernel's timers of the process (tell_timers.c). */
void lt_tell_timers(struct lt_channel *c);
/* The scan's graph (tell_graph.c). */
void lt_tell_graph(struct lt_channel *c, const struct lt_scan *s);

#endif
