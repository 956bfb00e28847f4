#include "format/chunk.h"

#include <string.h>
#include "format/crc32c.h"

static uint32_t chunk_crc(const struct ltf_chunk *c, const void *stored)
{
	struct ltf_chunk h = *c;
	h.crc = 0;
	return ltf_crc32c(ltf_crc32c(0, &h, sizeof(h)), stored, c->stored_len);
}

void ltf_chunk_seal(struct ltf_chunk *c, uint32_t codec, uint32_t number, uint32_t raw_len,
	const void *stored, uint32_t stored_len)
{
	*c = (struct ltf_chunk){.magic = LTF_CHUNK_MAGIC,
		.codec = codec,
		.stored_len = stored_len,
		.raw_len = raw_len,
		.number = number};
	c->crc = chunk_crc(c, stored);
}

bool ltf_chunk_plausible(const struct ltf_chunk *c)
{
	return c->magic == LTF_CHUNK_MAGIC && c->raw_len <= LTF_CHUNK_RAW_MAX &&
	       c->stored_len <= LTF_CHUNK_RAW_MAX + LTF_CHUNK_RAW_MAX / 128 + 1024;
}

bool ltf_chunk_intact(const struct ltf_chunk *c, const void *stored)
{
	return c->crc == chunk_crc(c, stored);
}

static uint32_t room_crc(const struct ltf_chunk *c)
{
	struct ltf_chunk h = *c;
	h.crc = 0;
	return ltf_crc32c(0, &h, sizeof(h));
}

void ltf_room_seal(struct ltf_chunk *c, uint32_t number, uint32_t len)
{
	*c = (struct ltf_chunk){.magic = LTF_ROOM_MAGIC, .stored_len = len, .number = number};
	c->crc = room_crc(c);
}

bool ltf_room_intact(const struct ltf_chunk *c)
{
	return c->magic == LTF_ROOM_MAGIC && c->stored_len % 8 == 0 && c->crc == room_crc(c);
}

uint32_t ltf_header_crc(const struct ltf_header *h)
{
	uint8_t bytes[256];
	memcpy(bytes, h, sizeof(bytes));
	memset(bytes + offsetof(struct ltf_header, crc), 0, sizeof(h->crc));
	return ltf_crc32c(0, bytes, sizeof(bytes));
}
