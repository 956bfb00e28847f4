/* The stream: chunks one behind the other, hopping over the ring's extents, and the records in
 * them. Where a chunk is damaged, the next intact one is searched for. */
#include "tools/source_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include "format/chunk.h"
#include "format/varint.h"
#include "tools/util/mem.h"

enum { SEARCH_WINDOW = 1 << 16 }; /* bytes */

enum found { NOTHING, CHUNK, TORN, ROOM };

static void make_room(uint8_t **buf, size_t *room, size_t need)
{
	if (!*buf || *room < need) {
		*buf = lr_resize(*buf, need, 1); /* also for 0 bytes: a place to point at */
		*room = need;
	}
}

static uint32_t extent_count(const struct ltf_header *h)
{
	return h->extent_count < LTF_EXTENTS ? h->extent_count : LTF_EXTENTS;
}

/* Where the stream goes on behind the extent that holds pos or, with hop, the next one. Returns
 * false when there is none. */
static bool behind_extent(const struct ltf_header *h, uint64_t pos, bool hop, uint64_t *next)
{
	const struct ltf_extent *best = NULL;
	for (uint32_t i = 0; i < extent_count(h); i++) {
		const struct ltf_extent *x = &h->extents[i];
		if (x->offset % 8 || x->length % 8 || x->length == 0 ||
			x->offset > UINT64_MAX / 2 || x->length > UINT64_MAX / 2)
			continue;
		if (x->offset + x->length <= pos || (!hop && x->offset > pos))
			continue;
		if (!best || x->offset < best->offset)
			best = x;
	}
	if (best)
		*next = best->offset + best->length;
	return best != NULL;
}

/* Reads the chunk at pos, when there is one and it is intact. */
static enum found chunk_at(struct lr_source *s, uint64_t pos, struct ltf_chunk *c)
{
	*c = (struct ltf_chunk){0};
	if (!lr_source_read(s, c, sizeof(*c), pos) || !ltf_chunk_plausible(c))
		return TORN;
	uint64_t size = s->reader.size(s->reader.ctx);
	if (pos + sizeof(*c) + c->stored_len > size)
		return TORN;
	make_room(&s->stored, &s->stored_room, c->stored_len);
	if (!lr_source_read(s, s->stored, c->stored_len, pos + sizeof(*c)))
		return TORN;
	return ltf_chunk_intact(c, s->stored) ? CHUNK : TORN;
}

/* Goes into the room at pos, when there is one. */
static bool enter_room(struct lr_source *s, uint64_t pos)
{
	struct ltf_chunk c = {0};
	uint64_t size = s->reader.size(s->reader.ctx);
	if (!lr_source_read(s, &c, sizeof(c), pos) || !ltf_room_intact(&c) ||
		c.stored_len > size - pos)
		return false;
	s->pos = pos + sizeof(c);
	s->room_end = s->pos + c.stored_len;
	s->next_chunk = c.number + 1;
	s->status.stream_bytes += sizeof(c) + c.stored_len;
	return true;
}

/* The next chunk of the room; where there is none, out of it again. */
static bool look_in_room(struct lr_source *s, struct ltf_chunk *c)
{
	if (chunk_at(s, s->pos, c) == CHUNK && ltf_chunk_span(c) <= s->room_end - s->pos)
		return true;
	s->pos = s->room_end;
	s->room_end = 0;
	return false;
}

/* What stands at s->pos, or where the stream goes on from there. Where nothing follows, s->pos
 * stays: the stream may still grow there. A chunk counts even within an extent: the header names an
 * extent before its place is certain. */
static enum found look(struct lr_source *s, struct ltf_chunk *c)
{
	uint64_t pos = s->pos, word, next;
	for (;;) {
		bool there = lr_source_read(s, &word, sizeof(word), pos);
		if (there && (uint32_t)word == LTF_CHUNK_MAGIC && chunk_at(s, pos, c) == CHUNK) {
			s->pos = pos;
			return CHUNK;
		}
		if (there && (uint32_t)word == LTF_ROOM_MAGIC && enter_room(s, pos))
			return ROOM;
		if (behind_extent(&s->header, pos, false, &next)) {
			pos = next;
			continue;
		}
		if (!there)
			return NOTHING;
		if (word != 0) {
			s->pos = pos;
			return TORN;
		}
		if (!behind_extent(&s->header, pos, true, &next))
			return NOTHING;
		pos = next;
	}
}

/* Looks for an intact chunk from s->pos + 8 on. What it costs is bounded: a file full of false
 * beginnings is given up. */
static enum found search(struct lr_source *s, struct ltf_chunk *c)
{
	uint64_t size = s->reader.size(s->reader.ctx), from = s->pos, pos = s->pos + 8;
	uint8_t *window = lr_calloc(1, SEARCH_WINDOW);
	enum found found = NOTHING;
	while (found != CHUNK && pos + sizeof(*c) <= size) {
		size_t n = size - pos < SEARCH_WINDOW ? (size_t)(size - pos) & ~7UL : SEARCH_WINDOW;
		if (!lr_source_read(s, window, n, pos))
			break;
		for (size_t i = 0; i + 8 <= n && found != CHUNK; i += 8) {
			uint32_t magic;
			__builtin_memcpy(&magic, window + i, sizeof(magic));
			if (magic != LTF_CHUNK_MAGIC)
				continue;
			found = chunk_at(s, pos + i, c);
			if (found == CHUNK) {
				s->pos = pos + i;
				break;
			}
			uint64_t cost = c->stored_len + 256ULL;
			if (cost > s->search_budget)
				goto out;
			s->search_budget -= cost;
		}
		pos += n;
	}
out:
	free(window);
	s->status.skipped_bytes += (found == CHUNK ? s->pos : size) - from;
	return found == CHUNK ? CHUNK : NOTHING;
}

static bool unpack(struct lr_source *s, const struct ltf_chunk *c)
{
	make_room(&s->raw, &s->raw_room, c->raw_len);
	switch (c->codec) {
	case LTF_CODEC_PLAIN:
		if (c->raw_len != c->stored_len)
			return false;
		__builtin_memcpy(s->raw, s->stored, c->raw_len);
		break;
	case LTF_CODEC_ZSTD: {
		size_t n =
			ZSTD_decompressDCtx(s->zstd, s->raw, c->raw_len, s->stored, c->stored_len);
		if (ZSTD_isError(n) || n != c->raw_len)
			return false;
		break;
	}
	default:
		return false;
	}
	s->record = s->raw;
	s->records_end = s->raw + c->raw_len;
	return true;
}

/* Before the program has ended, a chunk that is still being written is no damage: its words still
 * stand in the ring. */
static bool must_be_whole(const struct lr_source *s)
{
	return s->header.state == LTF_STATE_FINISHED || s->pos < s->header.stream_end;
}

static void say_where(struct lr_source *s, uint64_t at, uint64_t size)
{
	if (s->header.stream_end > size)
		lr_source_damage(s,
			"cut off at byte %" PRIu64 " of %" PRIu64
			"; the report is partial, copy the whole file",
			size, s->header.stream_end);
	else
		lr_source_damage(s,
			"damaged at byte %" PRIu64
			"; the report is partial, trace again if you can",
			at);
}

/* Searches from a place that should have held the next chunk. When it is the very next one that is
 * found, nothing is lost: a writer died before it wrote to its place, and what it would have
 * written still stood in the ring for the one after it. */
static bool find_again(struct lr_source *s, struct ltf_chunk *c, uint64_t from)
{
	uint64_t size = s->reader.size(s->reader.ctx), skipped = s->status.skipped_bytes;
	s->pos = from;
	bool found = search(s, c) == CHUNK;
	if (found && c->number == s->next_chunk) {
		s->status.skipped_bytes = skipped;
		return true;
	}
	say_where(s, from, size);
	if (!found)
		s->pos = size;
	return found;
}

/* Loads the next chunk that can be used; false when there is none. */
static bool load_chunk(struct lr_source *s)
{
	struct ltf_chunk c;
	for (;;) {
		if (s->room_end && look_in_room(s, &c)) {
			s->pos += ltf_chunk_span(&c);
			if (!unpack(s, &c))
				continue;
			s->status.raw_bytes += c.raw_len;
			return true;
		}
		uint64_t from = s->pos, size = s->reader.size(s->reader.ctx);
		enum found found = look(s, &c);
		if (found == ROOM)
			continue;
		bool hole = found == CHUNK && s->pos != from && c.number > s->next_chunk;
		if (found != CHUNK && (!must_be_whole(s) || s->pos >= size ||
					      (found == NOTHING && s->pos >= s->header.stream_end)))
			return false; /* what is cut off is told at the end */
		if ((hole || found != CHUNK) && !find_again(s, &c, hole ? from : s->pos))
			return false;
		s->next_chunk = c.number + 1;
		uint64_t at = s->pos;
		s->pos += ltf_chunk_span(&c);
		s->status.stream_bytes += ltf_chunk_span(&c);
		if (unpack(s, &c)) {
			s->status.chunks++;
			s->status.raw_bytes += c.raw_len;
			return true;
		}
		if (c.codec > LTF_CODEC_ZSTD)
			lr_source_damage(s,
				"chunks are packed in a way (%" PRIu32
				") that this leakreport does not know; use a newer one",
				c.codec);
		lr_source_damage(s,
			"the chunk at byte %" PRIu64
			" cannot be unpacked; the report is partial, trace again if you can",
			at);
	}
}

/* Takes the next record of the chunk. False when there is none left. */
static bool next_record(struct lr_source *s, uint64_t *type, const uint8_t **body, size_t *body_len)
{
	uint64_t len;
	if (s->record == s->records_end)
		return false;
	const uint8_t *p = ltf_get(s->record, s->records_end, type);
	if (p)
		p = ltf_get(p, s->records_end, &len);
	if (!p || len > (uint64_t)(s->records_end - p)) {
		s->record = s->records_end;
		lr_source_damage(s, "a record is longer than its chunk; the report is partial, "
				    "trace again if you can");
		return false;
	}
	*body = p;
	*body_len = (size_t)len;
	s->record = p + len;
	return true;
}

static void bad_run(struct lr_source *s)
{
	s->status.bad_runs++;
	lr_source_damage(s, "a run of events is damaged; the report is partial, trace again if you "
			    "can");
}

static void read_live(struct lr_source *s, const uint8_t *p, const uint8_t *end)
{
	uint64_t known = 0;
	p = ltf_get(p, end, &known);
	p = p ? ltf_get(p, end, &s->status.live_blocks) : NULL;
	s->status.live_known = p && ltf_get(p, end, &s->status.live_bytes) && known == 1;
}

static void read_scan(struct lr_source *s, uint64_t type, const uint8_t *body, size_t len)
{
	const char *wrong = lr_scans_record(&s->scans, type, body, len);
	if (wrong)
		lr_source_damage(s, "%s", wrong);
}

/* True when the run holds words that were not read before. */
static bool take_run(struct lr_source *s, struct lr_run *run)
{
	const struct ltf_run *r = &s->events.run;
	uint32_t end = r->first + r->words;
	*run = (struct lr_run){.source = s, .events = &s->events};
	end = end < LTF_BLOCK_WORDS ? end : LTF_BLOCK_WORDS;
	run->run = *r;
	run->at = r->first;
	run->seen = lr_taken_get(&s->taken, r->thread, r->block);
	uint32_t again = lr_words_count(&run->seen, r->first, end);
	run->partly = again > 0;
	s->status.duplicate_runs += run->partly;
	if (run->partly && again == end - r->first)
		return false;
	lr_taken_add(&s->taken, r->thread, r->block, r->first, end);
	return true;
}

/* The next run of the body that is being read; what its reader left of the one before is passed
 * over, because the runs of a body build on each other. */
static bool next_run(struct lr_source *s, struct lr_run *run)
{
	while (s->in_body) {
		int got = ltf_events_run(&s->events);
		if (got < 0)
			bad_run(s);
		if (got <= 0)
			s->in_body = false;
		else if (take_run(s, run))
			return true;
	}
	return false;
}

int lr_stream_next(struct lr_source *s, struct lr_run *run)
{
	for (;;) {
		uint64_t type;
		const uint8_t *body;
		size_t len;
		if (next_run(s, run))
			return 1;
		if (!next_record(s, &type, &body, &len)) {
			if (s->record == s->records_end && !load_chunk(s))
				return 0;
			continue;
		}
		switch (type) {
		case LTF_REC_EVENTS:
			s->in_body = ltf_events_open(&s->events, body, len) == 0;
			if (!s->in_body)
				bad_run(s);
			break;
		case LTF_REC_LIVE:
			read_live(s, body, body + len);
			break;
		case LTF_REC_SCAN:
		case LTF_REC_BLOCKS:
		case LTF_REC_ROOTS:
		case LTF_REC_WORDS:
		case LTF_REC_THREADS:
		case LTF_REC_SCAN_END:
		case LTF_REC_GRAPH:
		case LTF_REC_FRAMES:
		case LTF_REC_FDS:
		case LTF_REC_TEXTS:
		case LTF_REC_PTHREADS:
		case LTF_REC_TIMERS:
		case LTF_REC_MAPS:
			read_scan(s, type, body, len);
			break;
		case LTF_REC_FINISH:
			s->status.finish_seen = true;
			if (!ltf_get(body, body + len, &s->status.finish_events))
				s->status.finish_events = 0;
			break;
		default:
			s->status.unknown_records++;
		}
	}
}

void lr_stream_ended(struct lr_source *s)
{
	uint64_t size = s->reader.size(s->reader.ctx);
	lr_scans_end(&s->scans);
	if (s->header.scan.at_end == LTF_END_NOTHING)
		lr_scans_nothing(&s->scans);
	if (s->status.damage.text[0])
		return;
	if (lr_source_left(s))
		lr_ring_check(s);
	if (s->header.stream_end == s->header.stream_start && lr_source_left(s))
		return;
	if (s->header.stream_end > size)
		say_where(s, s->pos, size);
	else if (s->status.finish_seen && s->status.duplicate_runs == 0 &&
		 s->status.events < s->status.finish_events)
		lr_source_damage(s,
			"%" PRIu64
			" events are missing; the report is partial, trace again if you can",
			s->status.finish_events - s->status.events);
	else if (s->header.state == LTF_STATE_FINISHED && !s->status.finish_seen)
		lr_source_damage(
			s, "the end is missing; the report is partial, copy the whole file");
}
