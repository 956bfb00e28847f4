/* Chunk headers and the file header's checksum: made by the tracer, checked by the reporter. Pure.
 */
#ifndef LTF_CHUNK_H
#define LTF_CHUNK_H

#include <stdbool.h>
#include "format/file.h"

/* Fills *c for stored bytes; the checksum covers both. */
void ltf_chunk_seal(struct ltf_chunk *c, uint32_t codec, uint32_t number, uint32_t raw_len,
	const void *stored, uint32_t stored_len);
/* True when the header's fields are possible at all (magic, codec known or not, lengths). */
bool ltf_chunk_plausible(const struct ltf_chunk *c);
/* True when the checksum is that of this header and these bytes. */
bool ltf_chunk_intact(const struct ltf_chunk *c, const void *stored);

/* The header of a room of len bytes, and whether a header is one. */
void ltf_room_seal(struct ltf_chunk *c, uint32_t number, uint32_t len);
bool ltf_room_intact(const struct ltf_chunk *c);

/* Bytes from one chunk's start to the next one's. */
static inline uint64_t ltf_chunk_span(const struct ltf_chunk *c)
{
	return sizeof(*c) + ((c->stored_len + 7ULL) & ~7ULL);
}

/* The header's crc field, computed over its first 256 bytes. */
uint32_t ltf_header_crc(const struct ltf_header *h);

#endif
