/* Events for the stream: runs of blocks' words, transcoded into a body of columns. Used by the
 * tracer's drainer. Pure: no malloc, no stdio, no globals; its memory is the caller's. */
#ifndef LTF_ENCODE_H
#define LTF_ENCODE_H

#include "format/context.h"
#include "format/events.h"

enum {
	LTF_COLUMN_ROOM = 128 << 10, /* bytes */
	LTF_COLUMN_PER_WORD = 24,    /* bytes that a word can add to a column, at most */
	LTF_FIND_BITS = 12,
	LTF_HEAD_MAX = LTF_COLUMNS * 10, /* bytes */
	LTF_PIECES = 1 + LTF_COLUMNS
};

struct ltf_encoder {
	struct ltf_context c;
	uint8_t *at[LTF_COLUMNS];
	uint16_t find[1 << LTF_FIND_BITS]; /* low half of a block's number, by its address */
	uint8_t head[LTF_HEAD_MAX];
	uint8_t scratch[LTF_BLOB_BYTES_PER_WORD * LTF_BLOCK_WORDS];
	uint8_t column[LTF_COLUMNS][LTF_COLUMN_ROOM];
};

struct ltf_piece {
	const uint8_t *bytes;
	size_t len;
};

/* Begins a body. The encoder's memory may hold anything. */
void ltf_encode_begin(struct ltf_encoder *e);
/* True when there is room for a run of n words. */
bool ltf_encode_fits(const struct ltf_encoder *e, size_t n);
/* Adds the complete events at words[0..n) to the body. run->thread, block and first are given;
 * run->words and events are set: encoding stops at the first word where no whole event starts,
 * except that with skip_holes such words are stepped over (a block that will never be completed).
 */
void ltf_encode_run(struct ltf_encoder *e, const uint64_t *words, size_t n, struct ltf_run *run,
	bool skip_holes);
/* The body in pieces, to be written one behind the other: its head and its columns. Returns its
 * length in all, 0 when it has no run. */
size_t ltf_encode_pieces(struct ltf_encoder *e, struct ltf_piece piece[LTF_PIECES]);

#endif
