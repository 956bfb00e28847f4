#include "lib/tell_texts.h"

#include <string.h>
#include "format/file.h"
#include "lib/dump.h"
#include "lib/sys.h"

enum {
	ROOM = 256 << 10,
	RECENT = 64,    /* with a few texts it is one page */
	LEFT = 64 << 10 /* bytes of the stream's room, for what comes behind */
};
_Static_assert(ROOM + LT_TELL_SMALL <= LT_DUMP_RAW_MAX, "they are one record");

/* As the record has them. */
static struct texts {
	uint32_t used, count;
	struct {
		uint32_t at, number; /* number 0: none */
	} recent[RECENT];
	uint8_t room[ROOM];
} * texts;

static uint32_t place(const char *text, size_t len)
{
	uint32_t h = (uint32_t)len;
	for (size_t i = 0; i < len; i++)
		h = (h ^ (uint8_t)text[i]) * 0x01000193u;
	return (h ^ h >> 16) % RECENT;
}

static bool is_there(uint32_t at, const char *text, size_t len)
{
	uint64_t there = 0;
	const uint8_t *p = ltf_get(texts->room + at, texts->room + texts->used, &there);
	return p && there == len && memcmp(p, text, len) == 0;
}

uint32_t lt_texts_add(const char *text, size_t len)
{
	len = len < LT_TEXT_MAX ? len : LT_TEXT_MAX;
	if (!texts)
		texts = lt_sys_map(lt_sys_pages(sizeof(*texts)), false);
	if (!texts || !len)
		return 0;
	uint32_t i = place(text, len);
	if (texts->recent[i].number && is_there(texts->recent[i].at, text, len))
		return texts->recent[i].number;
	if (ROOM - texts->used < LTF_VARINT_MAX + len)
		return 0;
	texts->recent[i].at = texts->used;
	texts->recent[i].number = ++texts->count;
	uint8_t *p = ltf_put(texts->room + texts->used, len);
	memcpy(p, text, len);
	texts->used = (uint32_t)(p - texts->room + len);
	return texts->count;
}

void lt_texts_forget(void)
{
	if (texts)
		lt_sys_unmap(texts, lt_sys_pages(sizeof(*texts)));
	texts = NULL;
}

void lt_texts_tell(struct lt_channel *c)
{
	if (texts && lt_dump_room_left() >= texts->used + LEFT)
		lt_tell_record(c, LTF_REC_TEXTS, texts->room, texts->used);
	lt_texts_forget();
}
