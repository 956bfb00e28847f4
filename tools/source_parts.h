/* Shared by the files that make up the source: source.c (opening, phases), source_stream.c (chunks)
 * and source_ring.c (blocks). Not for others. */
#ifndef LR_SOURCE_PARTS_H
#define LR_SOURCE_PARTS_H

#include <zstd.h>
#include "tools/source.h"

enum lr_phase {
	LR_PHASE_STREAM,
	LR_PHASE_RING,
	LR_PHASE_STREAM_AGAIN,
	LR_PHASE_BLOCKS,
	LR_PHASE_END
};

struct lr_ring_part {
	struct ltf_block *blocks; /* those that held something when the ring was read */
	size_t used, room, at;
};

struct lr_source {
	struct lr_reader reader;
	struct ltf_header header;
	struct lr_source_status status;
	struct lr_taken taken;
	enum lr_phase phase;
	struct lr_ring_part ring;
	struct lr_scans scans;

	uint64_t pos;           /* where the next chunk is looked for */
	uint32_t next_chunk;    /* its number */
	uint64_t room_end;      /* within a room: where the stream goes on; else 0 */
	uint64_t search_budget; /* bytes of checksums that searches may still cost */
	ZSTD_DCtx *zstd;
	uint8_t *stored, *raw; /* grown as needed, bounded by LTF_CHUNK_RAW_MAX */
	size_t stored_room, raw_room;
	const uint8_t *record, *records_end; /* what is left of the current chunk */
	bool in_body;                        /* of events: */
	struct ltf_events events;
	uint8_t scratch[LTF_BLOB_BYTES_PER_WORD * LTF_BLOCK_WORDS];
};

/* Reads exactly n bytes; false when they are not there. */
bool lr_source_read(struct lr_source *s, void *buf, size_t n, uint64_t off);
__attribute__((format(printf, 2, 3))) void lr_source_damage(
	struct lr_source *s, const char *fmt, ...);

/* Whether the process has ended properly and left all its events in the ring. */
bool lr_source_left(const struct lr_source *s);

/* The next run of the stream: 1, or 0 when no further chunk is there (asked again later, it looks
 * for chunks that arrived meanwhile). */
int lr_stream_next(struct lr_source *s, struct lr_run *run);
/* After the stream's last end: says what is missing of it. */
void lr_stream_ended(struct lr_source *s);

/* Reads the blocks of the ring that hold something. */
void lr_ring_read(struct lr_source *s);
/* Where nothing but the ring was written: says when it is not all there. */
void lr_ring_check(struct lr_source *s);
/* The next block's words that were not taken: 1, or 0. */
int lr_ring_next(struct lr_source *s, struct lr_run *run);

#endif
