/* What the ring of an unfinished dump still holds. Blocks are copied while the program may be
 * running, so a block counts only when it has the same owner after the copy as in it. */
#include "tools/source_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

enum {
	SCAN_MAX = 1 << 18, /* blocks looked at: 1 GiB of ring */
	READ_BLOCKS = 64
};

static bool holds_something(const struct ltf_block *b)
{
	if (b->magic != LTF_BLOCK_MAGIC)
		return false;
	for (size_t i = 0; i < LTF_BLOCK_WORDS; i++)
		if (b->words[i])
			return true;
	return false;
}

static bool still_owned(struct lr_source *s, const struct ltf_block *b, uint64_t off)
{
	struct ltf_block now;
	size_t head = offsetof(struct ltf_block, unused);
	return lr_source_read(s, &now, head, off) && now.magic == b->magic &&
	       now.thread == b->thread && now.number == b->number;
}

static void keep(struct lr_source *s, const struct ltf_block *b, uint64_t off)
{
	if (!holds_something(b) || !still_owned(s, b, off))
		return;
	LR_GROW(s->ring.blocks, s->ring.used, s->ring.room);
	s->ring.blocks[s->ring.used++] = *b;
}

static int by_thread_and_number(const void *pa, const void *pb)
{
	const struct ltf_block *a = pa, *b = pb;
	if (a->thread != b->thread)
		return a->thread < b->thread ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static size_t read_extent(struct lr_source *s, const struct ltf_extent *x, size_t budget)
{
	uint64_t size = s->reader.size(s->reader.ctx);
	struct ltf_block *some = lr_calloc(READ_BLOCKS, sizeof(*some));
	uint64_t off = x->offset, left = x->length / LTF_BLOCK_SIZE;
	size_t seen = 0;
	while (left > 0 && seen < budget && off < size) {
		uint64_t there = (size - off) / LTF_BLOCK_SIZE;
		size_t n = READ_BLOCKS;
		n = left < n ? (size_t)left : n;
		n = there < n ? (size_t)there : n;
		if (n == 0 || !lr_source_read(s, some, n * sizeof(*some), off))
			break;
		for (size_t i = 0; i < n; i++)
			keep(s, &some[i], off + i * LTF_BLOCK_SIZE);
		off += n * LTF_BLOCK_SIZE;
		left -= n;
		seen += n;
	}
	free(some);
	return seen;
}

void lr_ring_read(struct lr_source *s)
{
	const struct ltf_header *h = &s->header;
	size_t budget = SCAN_MAX;
	uint32_t n = h->extent_count < LTF_EXTENTS ? h->extent_count : LTF_EXTENTS;
	for (uint32_t i = 0; i < n && budget > 0; i++) {
		if (h->extents[i].offset % 8 || h->extents[i].offset > INT64_MAX)
			continue;
		size_t seen = read_extent(s, &h->extents[i], budget);
		budget -= seen < budget ? seen : budget;
	}
	if (s->ring.used)
		qsort(s->ring.blocks, s->ring.used, sizeof(*s->ring.blocks), by_thread_and_number);
}

void lr_ring_check(struct lr_source *s)
{
	const struct ltf_extent *x = &s->header.extents[0];
	uint64_t size = s->reader.size(s->reader.ctx), end = x->offset + x->length;
	if (x->offset % 8 || x->length > size || x->offset > size - x->length)
		lr_source_damage(s,
			"cut off at byte %" PRIu64 " of %" PRIu64
			"; the report is partial, copy the whole file",
			size, end);
}

int lr_ring_next(struct lr_source *s, struct lr_run *run)
{
	while (s->ring.at < s->ring.used) {
		const struct ltf_block *b = &s->ring.blocks[s->ring.at++];
		struct lr_words seen = lr_taken_get(&s->taken, b->thread, b->number);
		uint32_t again = lr_words_count(&seen, 0, LTF_BLOCK_WORDS);
		if (again == LTF_BLOCK_WORDS)
			continue;
		uint32_t first = 0;
		while (lr_words_have(&seen, first))
			first++;
		s->status.ring_blocks++;
		*run = (struct lr_run){.source = s,
			.from_ring = true,
			.words = b->words,
			.seen = seen,
			.at = first,
			.run = {.thread = b->thread,
				.block = b->number,
				.first = first,
				.words = LTF_BLOCK_WORDS - first}};
		/* Overlapping extents would show it again. */
		lr_taken_add(&s->taken, b->thread, b->number, 0, LTF_BLOCK_WORDS);
		return 1;
	}
	return 0;
}
