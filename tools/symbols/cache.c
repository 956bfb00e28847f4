/* See cache.h. A file is
 *   magic and version, 8 bytes; checksum of all that follows, 8 bytes;
 *   varint length and build-id; the origin as varints; varint count of strings, their bytes,
 * strings; varint count of answers; each: address less the last one, number of frames; each frame:
 * function, symbol, file, dir, line, flags. The checksum is against accidents. Against what was
 * made up to harm, each step is checked, and all of them once before anything is believed. */
#include "tools/symbols/cache.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "format/varint.h"
#include "tools/symbols/cachedir.h"
#include "tools/symbols/strings.h"

/* Another version when the form changes, or when the same files give other answers than before. */
static const char magic[8] = {'L', 'T', 'N', 'A', 'M', 'E', 'S', 4};
enum { HEAD = 16, FRAMES_MAX = 256, INLINED = 1, NEAREST = 2 };

static bool same_file(const struct lr_file_id *a, const struct lr_file_id *b)
{
	return a->there == b->there && a->inode == b->inode && a->size == b->size &&
	       a->mtime == b->mtime && a->ctime == b->ctime;
}

bool lr_origin_equal(const struct lr_origin *a, const struct lr_origin *b)
{
	return same_file(&a->main, &b->main) && same_file(&a->debug, &b->debug) &&
	       same_file(&a->alt, &b->alt) && lr_build_id_equal(&a->alt_id, &b->alt_id) &&
	       a->own_dwarf == b->own_dwarf;
}

static bool get(struct lr_cache_reader *r, uint64_t *v, uint64_t max)
{
	const uint8_t *next = ltf_get(r->at, r->end, v);
	if (!next || *v > max)
		return false;
	r->at = next;
	return true;
}

static bool get_file(struct lr_cache_reader *r, struct lr_file_id *f)
{
	uint64_t there;
	if (!get(r, &there, 1) || !get(r, &f->inode, UINT64_MAX) || !get(r, &f->size, UINT64_MAX) ||
		!get(r, &f->mtime, UINT64_MAX) || !get(r, &f->ctime, UINT64_MAX))
		return false;
	f->there = there;
	return true;
}

static bool get_build_id(struct lr_cache_reader *r, struct lr_build_id *id)
{
	uint64_t len;
	*id = (struct lr_build_id){.len = 0};
	if (!get(r, &len, LR_BUILD_ID_MAX) || len > (uint64_t)(r->end - r->at))
		return false;
	id->len = (size_t)len;
	memcpy(id->bytes, r->at, id->len);
	r->at += len;
	return true;
}

static bool get_origin(struct lr_cache_reader *r)
{
	uint64_t own;
	if (!get_file(r, &r->from.main) || !get_file(r, &r->from.debug) ||
		!get_file(r, &r->from.alt) || !get_build_id(r, &r->from.alt_id) || !get(r, &own, 1))
		return false;
	r->from.own_dwarf = own;
	return true;
}

static bool get_strings(struct lr_cache_reader *r)
{
	uint64_t count, size;
	if (!get(r, &count, LR_CACHE_FILE_MAX) || !get(r, &size, (uint64_t)(r->end - r->at)))
		return false;
	if (size > (uint64_t)(r->end - r->at))
		return false;
	r->strings = (const char *)r->at;
	r->string_count = (uint32_t)count;
	for (uint64_t i = 0; i < count; i++) {
		const uint8_t *zero = memchr(r->at, 0, size);
		if (!zero)
			return false;
		size -= (uint64_t)(zero + 1 - r->at);
		r->at = zero + 1;
	}
	return size == 0;
}

static bool get_frame(struct lr_cache_reader *r, struct lr_cached_frame *f)
{
	uint64_t function, symbol, file, dir, line, flags;
	if (!get(r, &function, r->string_count) || !get(r, &symbol, r->string_count) ||
		!get(r, &file, r->string_count) || !get(r, &dir, r->string_count) ||
		!get(r, &line, UINT_MAX) || !get(r, &flags, INLINED | NEAREST))
		return false;
	*f = (struct lr_cached_frame){.function = (uint32_t)function,
		.symbol = (uint32_t)symbol,
		.file = (uint32_t)file,
		.dir = (uint32_t)dir,
		.line = (unsigned)line,
		.inlined = flags & INLINED,
		.nearest = flags & NEAREST};
	return true;
}

bool lr_cache_next(struct lr_cache_reader *r, uint64_t *addr, struct lr_cached_frame *frames,
	size_t max, size_t *n)
{
	uint64_t step, count;
	if (r->answers == 0 || !get(r, &step, UINT64_MAX) || !get(r, &count, max))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!get_frame(r, &frames[i]))
			return false;
	*addr = r->addr += step;
	*n = (size_t)count;
	r->answers--;
	return true;
}

static bool all_answers_are_sound(struct lr_cache_reader r)
{
	struct lr_cached_frame frames[FRAMES_MAX];
	uint64_t addr;
	size_t n;
	while (lr_cache_next(&r, &addr, frames, FRAMES_MAX, &n))
		;
	return r.answers == 0 && r.at == r.end;
}

bool lr_cache_read(struct lr_cache_reader *r, const uint8_t *bytes, size_t size,
	const struct lr_build_id *wanted)
{
	uint64_t sum;
	struct lr_build_id id;
	*r = (struct lr_cache_reader){.at = bytes + HEAD, .end = bytes + size};
	if (size < HEAD || memcmp(bytes, magic, sizeof(magic)) != 0)
		return false;
	memcpy(&sum, bytes + sizeof(magic), sizeof(sum));
	return sum == lr_hash_bytes(bytes + HEAD, size - HEAD) && get_build_id(r, &id) &&
	       lr_build_id_equal(&id, wanted) && get_origin(r) && get_strings(r) &&
	       get(r, &r->answers, UINT64_MAX) && all_answers_are_sound(*r);
}

static void put_bytes(struct lr_bytes *b, const void *data, size_t n)
{
	if (n > b->room - b->used && !b->failed) {
		size_t room = 2 * b->room + n + 4096;
		uint8_t *bigger =
			room <= 4 * (size_t)LR_CACHE_FILE_MAX ? realloc(b->data, room) : NULL;
		b->failed = !bigger;
		b->data = bigger ? bigger : b->data;
		b->room = bigger ? room : b->room;
	}
	if (b->failed)
		return;
	memcpy(b->data + b->used, data, n);
	b->used += n;
}

static void put(struct lr_bytes *b, uint64_t v)
{
	uint8_t some[LTF_VARINT_MAX];
	put_bytes(b, some, (size_t)(ltf_put(some, v) - some));
}

static void put_build_id(struct lr_bytes *b, const struct lr_build_id *id)
{
	put(b, id->len);
	put_bytes(b, id->bytes, id->len);
}

static void put_file(struct lr_bytes *b, const struct lr_file_id *f)
{
	put(b, f->there);
	put(b, f->inode);
	put(b, f->size);
	put(b, f->mtime);
	put(b, f->ctime);
}

static struct lr_written *find_written(struct lr_written *slots, size_t count, const char *text)
{
	const uint64_t key = (uintptr_t)text;
	size_t i = lr_hash_bytes(&key, sizeof(key)) & (count - 1);
	while (slots[i].text && slots[i].text != text)
		i = (i + 1) & (count - 1);
	return &slots[i];
}

static bool more_slots(struct lr_cache_writer *w)
{
	size_t count = w->slot_count ? 2 * w->slot_count : 1024;
	struct lr_written *slots = calloc(count, sizeof(*slots));
	if (!slots)
		return false;
	for (size_t i = 0; i < w->slot_count; i++)
		if (w->slots[i].text)
			*find_written(slots, count, w->slots[i].text) = w->slots[i];
	free(w->slots);
	w->slots = slots;
	w->slot_count = count;
	return true;
}

uint32_t lr_cache_string(struct lr_cache_writer *w, const char *text)
{
	if (!text)
		return 0;
	if (4 * (size_t)w->string_count >= 3 * w->slot_count && !more_slots(w)) {
		w->strings.failed = true;
		return 0;
	}
	struct lr_written *slot = find_written(w->slots, w->slot_count, text);
	if (!slot->text) {
		*slot = (struct lr_written){text, ++w->string_count};
		put_bytes(&w->strings, text, strlen(text) + 1);
	}
	return slot->index;
}

void lr_cache_answer(
	struct lr_cache_writer *w, uint64_t addr, const struct lr_cached_frame *frames, size_t n)
{
	put(&w->answers, addr - w->addr);
	put(&w->answers, n);
	for (size_t i = 0; i < n; i++) {
		put(&w->answers, frames[i].function);
		put(&w->answers, frames[i].symbol);
		put(&w->answers, frames[i].file);
		put(&w->answers, frames[i].dir);
		put(&w->answers, frames[i].line);
		put(&w->answers, frames[i].inlined * INLINED | frames[i].nearest * NEAREST);
	}
	w->addr = addr;
	w->answer_count++;
}

uint8_t *lr_cache_finish(struct lr_cache_writer *w, const struct lr_build_id *id,
	const struct lr_origin *from, size_t *size)
{
	struct lr_bytes b = {.failed = w->strings.failed || w->answers.failed};
	uint64_t sum = 0;
	put_bytes(&b, magic, sizeof(magic));
	put_bytes(&b, &sum, sizeof(sum));
	put_build_id(&b, id);
	put_file(&b, &from->main);
	put_file(&b, &from->debug);
	put_file(&b, &from->alt);
	put_build_id(&b, &from->alt_id);
	put(&b, from->own_dwarf);
	put(&b, w->string_count);
	put(&b, w->strings.used);
	if (w->strings.used)
		put_bytes(&b, w->strings.data, w->strings.used);
	put(&b, w->answer_count);
	if (w->answers.used)
		put_bytes(&b, w->answers.data, w->answers.used);
	if (b.failed || b.used > LR_CACHE_FILE_MAX) {
		free(b.data);
		return NULL;
	}
	sum = lr_hash_bytes(b.data + HEAD, b.used - HEAD);
	memcpy(b.data + sizeof(magic), &sum, sizeof(sum));
	*size = b.used;
	return b.data;
}

void lr_cache_writer_free(struct lr_cache_writer *w)
{
	free(w->strings.data);
	free(w->answers.data);
	free(w->slots);
	*w = (struct lr_cache_writer){.string_count = 0};
}
