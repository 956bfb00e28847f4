/* A block's words as a body of events with one run, for tests. */
#ifndef ENCODED_H
#define ENCODED_H

#include <string.h>
#include "format/encode.h"

enum { ENCODED_MAX = 64 << 10 }; /* bytes that any block's words fit into */

/* The body as a whole at out. Returns its length. */
static inline size_t encoded_flat(struct ltf_encoder *e, uint8_t *out)
{
	struct ltf_piece piece[LTF_PIECES];
	size_t len = ltf_encode_pieces(e, piece);
	for (int i = 0; len && i < LTF_PIECES; i++) {
		memcpy(out, piece[i].bytes, piece[i].len);
		out += piece[i].len;
	}
	return len;
}

static inline size_t encoded(
	const uint64_t *words, size_t n, struct ltf_run *run, bool skip_holes, uint8_t *out)
{
	static struct ltf_encoder e;
	ltf_encode_begin(&e);
	ltf_encode_run(&e, words, n, run, skip_holes);
	return encoded_flat(&e, out);
}

#endif
