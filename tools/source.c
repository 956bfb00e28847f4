/* Opening a dump, and the order in which its parts are read: the stream, then the ring, then the
 * stream again. A run is appended to the stream before its block is reused, so whatever leaves the
 * ring before we look there is found by the second look at the stream. */
#include "tools/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "format/chunk.h"
#include "tools/source_parts.h"
#include "tools/util/mem.h"

enum { SEARCH_BUDGET = 64 << 20 }; /* bytes */

static ssize_t file_read_at(void *ctx, void *buf, size_t n, uint64_t off)
{
	ssize_t got;
	if (off > INT64_MAX)
		return 0;
	do
		got = pread((int)(intptr_t)ctx, buf, n, (off_t)off);
	while (got < 0 && errno == EINTR);
	return got;
}

static uint64_t file_size(void *ctx)
{
	struct stat st;
	return fstat((int)(intptr_t)ctx, &st) ? 0 : (uint64_t)st.st_size;
}

static void file_close(void *ctx)
{
	close((int)(intptr_t)ctx);
}

bool lr_source_read(struct lr_source *s, void *buf, size_t n, uint64_t off)
{
	uint8_t *at = buf;
	while (n > 0) {
		ssize_t got = s->reader.read_at(s->reader.ctx, at, n, off);
		if (got < 0)
			lr_source_damage(s,
				"reading fails at byte %" PRIu64 ": %s; copy it to a sound disk",
				off, strerror(errno));
		if (got <= 0)
			return false;
		at += got;
		n -= (size_t)got;
		off += (uint64_t)got;
	}
	return true;
}

void lr_source_damage(struct lr_source *s, const char *fmt, ...)
{
	s->status.damages++;
	if (s->status.damage.text[0])
		return;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(s->status.damage.text, sizeof(s->status.damage.text), fmt, ap);
	va_end(ap);
}

static int check_header(struct lr_source *s, struct lr_error *err)
{
	const struct ltf_header *h = &s->header;
	if (memcmp(h->magic, LTF_MAGIC, sizeof(h->magic)) != 0)
		return lr_error_set(
			err, "not a leaktrace dump; give a file that libleaktrace.so wrote");
	if (h->version > LTF_VERSION)
		return lr_error_set(err,
			"format version %u is newer than %d, which this leakreport reads; use a "
			"newer one",
			h->version, LTF_VERSION);
	if (h->crc != ltf_header_crc(h)) {
		lr_source_damage(s, "the header is damaged; names and times in it may be wrong");
		return 0;
	}
	if (h->version == 0 || h->header_size != LTF_HEADER_SIZE ||
		h->region_shift != LTF_REGION_SHIFT || h->region_count != LTF_REGION_COUNT ||
		h->block_size != LTF_BLOCK_SIZE)
		return lr_error_set(err,
			"its layout is not one of version %d; use the leakreport of the leaktrace "
			"that made it",
			LTF_VERSION);
	return 0;
}

bool lr_source_left(const struct lr_source *s)
{
	const struct ltf_header *h = &s->header;
	return h->state == LTF_STATE_FINISHED && h->extent_count > 0 &&
	       (h->left || h->stream_end == h->stream_start);
}

static int read_header(struct lr_source *s, struct lr_error *err)
{
	uint64_t size = s->reader.size(s->reader.ctx);
	if (!lr_source_read(s, &s->header, sizeof(s->header), 0)) {
		char magic[8] = {0};
		if (s->status.damage.text[0])
			return lr_error_set(err, "%s", s->status.damage.text);
		if (size == 0)
			return lr_error_set(err, "the file is empty; was the program traced?");
		if (!lr_source_read(s, magic, sizeof(magic), 0) ||
			memcmp(magic, LTF_MAGIC, sizeof(magic)) != 0)
			return lr_error_set(err,
				"not a leaktrace dump; give a file that libleaktrace.so wrote");
		return lr_error_set(err,
			"cut off within the header, after %" PRIu64 " bytes; nothing can be read",
			size);
	}
	if (check_header(s, err))
		return -1;
	s->pos = s->header.stream_start;
	if (s->pos < LTF_HEADER_SIZE || s->pos % 8 || (s->pos > size && !lr_source_left(s))) {
		lr_source_damage(s, "the header is damaged; names and times in it may be wrong");
		s->pos = LTF_HEADER_SIZE;
	}
	return 0;
}

struct lr_source *lr_source_over(
	const struct lr_reader *reader, const struct lr_limits *limits, struct lr_error *err)
{
	struct lr_source *s = lr_calloc(1, sizeof(*s));
	s->reader = *reader;
	s->taken.limit = limits->blocks;
	s->search_budget = SEARCH_BUDGET;
	s->scans = (struct lr_scans){.limits = limits, .max_size = UINT64_MAX};
	s->zstd = ZSTD_createDCtx();
	if (!s->zstd)
		lr_error_set(err, "zstd cannot start for want of memory; free some");
	if (!s->zstd || read_header(s, err)) {
		lr_source_close(s);
		return NULL;
	}
	return s;
}

struct lr_source *lr_source_open(
	const char *path, const struct lr_limits *limits, struct lr_error *err)
{
	struct stat st = {.st_mode = 0};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		lr_error_set(err, "cannot be opened: %s; check the name and the rights",
			strerror(errno));
		return NULL;
	}
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		lr_error_set(err, "%s; give a dump that libleaktrace.so wrote",
			S_ISDIR(st.st_mode) ? "there is no dump in this directory"
					    : "not a regular file");
		return NULL;
	}
	struct lr_reader reader = {.read_at = file_read_at,
		.size = file_size,
		.close = file_close,
		.ctx = (void *)(intptr_t)fd};
	return lr_source_over(&reader, limits, err);
}

void lr_source_close(struct lr_source *s)
{
	if (!s)
		return;
	if (s->reader.close)
		s->reader.close(s->reader.ctx);
	ZSTD_freeDCtx(s->zstd);
	lr_taken_free(&s->taken);
	lr_scans_free(&s->scans);
	free(s->ring.blocks);
	free(s->stored);
	free(s->raw);
	free(s);
}

bool lr_source_peek(const char *path, struct ltf_header *h)
{
	struct lr_error err = {{0}};
	struct lr_source *s = lr_source_open(path, &lr_limits_default, &err);
	if (s)
		*h = s->header;
	lr_source_close(s);
	return s != NULL;
}

const struct ltf_header *lr_source_header(const struct lr_source *s)
{
	return &s->header;
}

const struct lr_source_status *lr_source_status(const struct lr_source *s)
{
	return &s->status;
}

struct lr_scans *lr_source_scans(struct lr_source *s)
{
	return &s->scans;
}

void lr_source_progress(const struct lr_source *s, uint64_t *done, uint64_t *total)
{
	*total = s->reader.size(s->reader.ctx);
	*done = s->pos < *total ? s->pos : *total;
}

/* The live half may have moved on: extents are added while the program runs. */
static void reread_live(struct lr_source *s)
{
	struct ltf_header now;
	size_t from = offsetof(struct ltf_header, state);
	if (lr_source_read(s, (uint8_t *)&now + from, sizeof(now) - from, from))
		memcpy((uint8_t *)&s->header + from, (uint8_t *)&now + from, sizeof(now) - from);
}

/* The events are in the ring. What the stream has comes after them. */
static int next_left(struct lr_source *s, struct lr_run *run)
{
	if (s->phase == LR_PHASE_STREAM) {
		lr_ring_read(s);
		s->phase = LR_PHASE_BLOCKS;
	}
	if (s->phase == LR_PHASE_END)
		return 0;
	if (lr_ring_next(s, run) || lr_stream_next(s, run))
		return 1;
	lr_stream_ended(s);
	s->phase = LR_PHASE_END;
	return 0;
}

int lr_source_next(struct lr_source *s, struct lr_run *run)
{
	if (lr_source_left(s))
		return next_left(s, run);
	switch (s->phase) {
	case LR_PHASE_STREAM:
		if (lr_stream_next(s, run))
			return 1;
		s->phase = LR_PHASE_RING;
		__attribute__((fallthrough));
	case LR_PHASE_RING:
		if (s->header.state != LTF_STATE_FINISHED) {
			reread_live(s);
			lr_ring_read(s);
		}
		s->phase = LR_PHASE_STREAM_AGAIN;
		__attribute__((fallthrough));
	case LR_PHASE_STREAM_AGAIN:
		if (lr_stream_next(s, run))
			return 1;
		lr_stream_ended(s);
		s->phase = LR_PHASE_BLOCKS;
		__attribute__((fallthrough));
	case LR_PHASE_BLOCKS:
		if (lr_ring_next(s, run))
			return 1;
		s->phase = LR_PHASE_END;
		__attribute__((fallthrough));
	case LR_PHASE_END:
		break;
	}
	return 0;
}

/* Words that the event took in its block. */
static uint32_t words_of(const struct ltf_event *ev)
{
	switch (ev->tag) {
	case LTF_W_ALLOC:
		return 2 + ev->numbered + (ev->size >> LTF_SIZE_BITS != 0);
	case LTF_W_FREE:
	case LTF_W_RELEASE:
	case LTF_W_RESTORE:
		return 1 + ev->numbered + (ev->site != LTF_SITE_NONE);
	case LTF_W_NODE:
		return 3;
	case LTF_W_BLOB:
		return 1 + (ev->blob_len + LTF_BLOB_BYTES_PER_WORD - 1) / LTF_BLOB_BYTES_PER_WORD;
	case LTF_W_RES:
		return 2 + ev->nargs;
	default:
		return 1;
	}
}

static int next_of_block(struct lr_run *run, struct ltf_event *ev)
{
	while (run->at < LTF_BLOCK_WORDS) {
		uint32_t at = run->at;
		size_t took = ltf_words_next(
			run->words + at, LTF_BLOCK_WORDS - at, ev, run->source->scratch);
		run->at += took ? (uint32_t)took : 1; /* a hole: reserved, never completed */
		if (took == 0 || lr_words_have(&run->seen, at))
			continue;
		run->source->status.events++;
		run->source->status.ring_events++;
		return 1;
	}
	return 0;
}

int lr_run_next(struct lr_run *run, struct ltf_event *ev)
{
	if (run->from_ring)
		return next_of_block(run, ev);
	for (;;) {
		int got = ltf_events_next(run->events, ev);
		if (got < 0) {
			run->source->status.bad_runs++;
			lr_source_damage(run->source, "a run of events is damaged; the report is "
						      "partial, trace again if you can");
		}
		if (got <= 0)
			return got;
		if (!run->partly)
			break;
		uint32_t at = run->at;
		run->at += words_of(ev);
		if (at >= LTF_BLOCK_WORDS || !lr_words_have(&run->seen, at))
			break;
	}
	run->source->status.events++;
	return 1;
}

size_t lr_run_plain(struct lr_run *run, struct ltf_plain *out, size_t max)
{
	if (run->from_ring || run->partly)
		return 0;
	size_t n = ltf_events_plain(run->events, out, max);
	run->source->status.events += n;
	return n;
}
