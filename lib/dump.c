/* See dump.h. Layout: the header and the first of the ring's extents, in one mapping, then the
 * stream; further extents 1 MiB further, so that the stream of most runs ends before them and the
 * finish cuts them off. */
#include "lib/dump.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>
#include "format/chunk.h"
#include "format/ring.h"
#include "lib/clock.h"
#include "lib/dumpfile.h"
#include "lib/lifecycle.h"
#include "lib/outname.h"
#include "lib/say.h"
#include "lib/sys.h"

enum { STREAM_ROOM = 1 << 20, EXTENTS = LTF_EXTENTS };
#define ROOM_MAX (UINT32_MAX & ~7u) /* bytes */

/* Columns hold what could not be guessed, so there is little for zstd to find by searching: it goes
 * in large steps through what does not repeat, and leaves the rest to the entropy coder, which
 * levels below 0 go without unless told. Parameters are for inputs of about this many bytes: a
 * small window keeps the work space small. */
enum { ZSTD_LEVEL = -20, ZSTD_LITERALS_COMPRESSED = 1, ZSTD_INPUT = 128 << 10 };

enum {
	FRAME_WINDOW_LOG = 17, /* of ZSTD_INPUT */
	TRY_MIN = 4096,        /* bytes */
	TRY_GAIN = 16,         /* a sixteenth less is worth its time */
	TRY_AGAIN = 15,        /* chunks */
	REPEATS = 4,           /* times shorter */
	STEP_REPEATS = 1
};

/* A short process's one chunk is not compressed: it fills a few blocks of the disk in any case, and
 * the compressor's tables are a dozen pages to clear. */
enum { PLAIN_MAX = 16 << 10 };

static struct ltf_header no_header;
LT_TOGETHER struct ltf_header *lt_header = &no_header;

static struct {
	_Atomic uint64_t low; /* next free byte before high, for the stream alone */
	_Atomic uint64_t top; /* next free byte from high on, for all */
	uint64_t high;        /* where the second extent is to be */
	uint32_t chunks;
	struct habit {
		uint8_t untried; /* chunks in which the piece is not compressed */
		bool repeats;    /* it became much shorter the last time */
	} habits[LT_DUMP_PIECES];
	_Atomic bool stopped;
	uint64_t room_used;
	bool moved_in; /* this is a copy of the process, which has a room of the stream */
	bool optional; /* the stream may be refused: the events are elsewhere */
	struct {
		void *mem;
		size_t len;
	} extents[EXTENTS]; /* where the ring is mapped; our own copy, for a forked child */
	uint32_t extent_count;
	void *context; /* zstd's work space, and behind it room for a chunk */
	ZSTD_CCtx *zstd;
	uint8_t *out;
	size_t out_size;
	struct lt_dumpfile file; /* behind the rest, because it ends with a long path */
} dump;

/* Where the next len bytes of the stream go: before the high extents as long as they fit, then
 * behind all that is taken. */
static uint64_t take(uint64_t len)
{
	uint64_t low = atomic_load(&dump.low);
	while (low + len <= dump.high)
		if (atomic_compare_exchange_weak(&dump.low, &low, low + len))
			return low;
	atomic_store(&dump.low, dump.high);
	return atomic_fetch_add(&dump.top, len);
}

static bool within_limit(uint64_t end)
{
	return end <= lt_dumpfile_limit();
}

void lt_dump_stop(enum ltf_stop reason)
{
	static const char *const text[] = {[LTF_STOP_NONE] = "no reason",
		[LTF_STOP_DISK] = "the disk is full",
		[LTF_STOP_MEMORY] = "there is no memory for the tracer",
		[LTF_STOP_LIMIT] = "the file size limit is reached",
		[LTF_STOP_FD] = "the dump's descriptor is lost"};
	if (atomic_exchange(&dump.stopped, true) || dump.moved_in || dump.optional)
		return;
	lt_header->stop_reason = reason;
	lt_header->state = LTF_STATE_STOPPED;
	lt_header->end_mono = lt_clock_mono();
	lt_mode_set(LT_MODE_STOPPED);
	lt_say(0, "tracing stopped: %s; the program runs on, and %s holds what was recorded",
		text[reason], dump.file.path);
}

static void *map_extent(uint64_t at, size_t len)
{
	if (!within_limit(at + len) || !lt_dumpfile_reserve(&dump.file, at, len))
		return NULL;
	return lt_dumpfile_map(&dump.file, at, len);
}

/* The file's i-th extent, for the reader. */
static void name_extent(uint32_t i, uint64_t at, size_t len)
{
	lt_header->extents[i] = (struct ltf_extent){at, len};
	__atomic_store_n(&lt_header->extent_count, i + 1, __ATOMIC_RELEASE);
}

/* mem NULL: a hole in the stream, no ring. */
static void keep_extent(size_t len, void *mem)
{
	uint32_t i = dump.extent_count++;
	dump.extents[i].mem = mem;
	dump.extents[i].len = len;
}

/* The header names the extent before its place is taken: a chunk can be behind it from that instant
 * on, and whoever reads it must know what to hop over. *before: what was taken until then. */
static uint64_t take_extent(size_t len, uint64_t *before)
{
	uint64_t at;
	*before = atomic_load(&dump.top);
	do {
		at = (*before + LTF_HEADER_SIZE - 1) & ~(uint64_t)(LTF_HEADER_SIZE - 1);
		name_extent(dump.extent_count, at, len);
	} while (!atomic_compare_exchange_weak(&dump.top, before, at + len));
	return at;
}

/* No memory or no disk for it: the place is given back, unless a chunk is behind it already. */
static void give_extent_back(uint64_t at, size_t len, uint64_t before)
{
	uint64_t top = at + len;
	if (atomic_compare_exchange_strong(&dump.top, &top, before))
		__atomic_store_n(&lt_header->extent_count, dump.extent_count, __ATOMIC_RELEASE);
	else
		keep_extent(len, NULL);
}

void *lt_dump_extent(size_t len)
{
	if (dump.stopped || dump.extent_count == EXTENTS)
		return NULL;
	uint64_t before, at = take_extent(len, &before);
	void *mem = map_extent(at, len);
	if (mem)
		keep_extent(len, mem);
	else
		give_extent_back(at, len, before);
	return mem;
}

static void set_parameters(ZSTD_CCtx *z, const ZSTD_compressionParameters *p)
{
	ZSTD_CCtx_setParameter(z, ZSTD_c_windowLog, (int)p->windowLog);
	ZSTD_CCtx_setParameter(z, ZSTD_c_hashLog, (int)p->hashLog);
	ZSTD_CCtx_setParameter(z, ZSTD_c_chainLog, (int)p->chainLog);
	ZSTD_CCtx_setParameter(z, ZSTD_c_searchLog, (int)p->searchLog);
	ZSTD_CCtx_setParameter(z, ZSTD_c_minMatch, (int)p->minMatch);
	ZSTD_CCtx_setParameter(z, ZSTD_c_targetLength, (int)p->targetLength);
	ZSTD_CCtx_setParameter(z, ZSTD_c_strategy, (int)p->strategy);
	ZSTD_CCtx_setParameter(z, ZSTD_c_literalCompressionMode, ZSTD_LITERALS_COMPRESSED);
}

/* zstd works in memory of ours: it never calls malloc. */
bool lt_dump_prepare(void)
{
	if (dump.context)
		return true;
	ZSTD_compressionParameters p = ZSTD_getCParams(ZSTD_LEVEL, ZSTD_INPUT, 0);
	size_t work = (ZSTD_estimateCCtxSize_usingCParams(p) + 4095) & ~4095ul;
	size_t frames = ZSTD_compressBound(LT_DUMP_RAW_MAX) +
			LT_DUMP_PIECES * ZSTD_compressBound(ZSTD_INPUT);
	dump.out_size = (frames + 4095 + sizeof(struct ltf_chunk)) & ~4095ul;
	dump.context = lt_sys_map(work + dump.out_size, true);
	if (dump.context)
		dump.out = (uint8_t *)dump.context + work;
	return dump.context != NULL;
}

static bool have_compressor(void)
{
	if (dump.zstd)
		return true;
	ZSTD_compressionParameters p = ZSTD_getCParams(ZSTD_LEVEL, ZSTD_INPUT, 0);
	dump.zstd = ZSTD_initStaticCCtx(dump.context, (size_t)(dump.out - (uint8_t *)dump.context));
	if (dump.zstd)
		set_parameters(dump.zstd, &p);
	return dump.zstd != NULL;
}

/* A frame that holds the piece as it is, in raw blocks (RFC 8878, section 3.1.1). */
static size_t frame_as_it_is(uint8_t *out, const struct ltf_piece *piece)
{
	static const uint8_t head[] = {0x28, 0xb5, 0x2f, 0xfd, 0, (FRAME_WINDOW_LOG - 10) << 3};
	size_t used = sizeof(head), done = 0;
	memcpy(out, head, sizeof(head));
	do {
		size_t left = piece->len - done, n = left < ZSTD_INPUT ? left : ZSTD_INPUT;
		uint32_t block = (uint32_t)(n << 3) | (n == left);
		for (int i = 0; i < 3; i++)
			out[used++] = (uint8_t)(block >> (8 * i));
		memcpy(out + used, piece->bytes + done, n);
		used += n;
		done += n;
	} while (done < piece->len);
	return used;
}

/* What hardly became shorter is not tried again for a while. What became much shorter is gone
 * through in small steps: that finds more, and takes less time, because it lies in long matches. */
static size_t frame(uint8_t *out, size_t room, const struct ltf_piece *piece, struct habit *habit)
{
	if (habit->untried && piece->len >= TRY_MIN && piece->len <= ZSTD_INPUT) {
		habit->untried--;
		return frame_as_it_is(out, piece);
	}
	ZSTD_CCtx_setParameter(
		dump.zstd, ZSTD_c_targetLength, habit->repeats ? STEP_REPEATS : -ZSTD_LEVEL);
	size_t n = ZSTD_compress2(dump.zstd, out, room, piece->bytes, piece->len);
	if (piece->len >= TRY_MIN && n > piece->len - piece->len / TRY_GAIN)
		habit->untried = TRY_AGAIN;
	habit->repeats = n < piece->len / REPEATS;
	return n;
}

/* One frame for each piece, because what is alike within a piece is not alike in another. 0: to
 * be stored as it is. */
static size_t compress(uint8_t *out, const struct ltf_piece *piece, unsigned n, size_t len)
{
	if ((!dump.zstd && len <= PLAIN_MAX) || !have_compressor())
		return 0;
	size_t room = dump.out_size - sizeof(struct ltf_chunk), used = 0;
	for (unsigned i = 0; i < n; i++) {
		if (!piece[i].len)
			continue;
		size_t m = frame(out + used, room - used, &piece[i], &dump.habits[i]);
		if (ZSTD_isError(m))
			return 0;
		used += m;
	}
	return used < len ? used : 0;
}

static void copy(uint8_t *out, const struct ltf_piece *piece, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		memcpy(out, piece[i].bytes, piece[i].len);
		out += piece[i].len;
	}
}

bool lt_dump_append(const struct ltf_piece *piece, unsigned n)
{
	if (dump.stopped)
		return false;
	if (!lt_dump_prepare()) {
		lt_dump_stop(LTF_STOP_MEMORY);
		return false;
	}
	struct ltf_chunk head;
	uint8_t *body = dump.out + sizeof(head);
	uint32_t codec = LTF_CODEC_ZSTD;
	size_t len = 0;
	for (unsigned i = 0; i < n; i++)
		len += piece[i].len;
	size_t stored = compress(body, piece, n, len);
	if (!stored) {
		codec = LTF_CODEC_PLAIN;
		copy(body, piece, n);
		stored = len;
	}
	ltf_chunk_seal(&head, codec, dump.chunks, (uint32_t)len, body, (uint32_t)stored);
	memcpy(dump.out, &head, sizeof(head));
	uint64_t span = ltf_chunk_span(&head);
	memset(body + stored, 0, span - sizeof(head) - stored);
	uint64_t at = take(span);
	enum ltf_stop why = within_limit(at + span)
				    ? lt_dumpfile_write(&dump.file, at, dump.out, span)
				    : LTF_STOP_LIMIT;
	if (why != LTF_STOP_NONE) {
		lt_dump_stop(why);
		return false;
	}
	dump.chunks++;
	if (dump.moved_in)
		dump.room_used = at + span;
	else
		__atomic_store_n(&lt_header->stream_end, at + span, __ATOMIC_RELEASE);
	return true;
}

/* The last word is written, too, so that the file is as long as the stream. */
static bool write_room(uint64_t at, uint64_t span)
{
	static const uint64_t none;
	struct ltf_chunk head;
	ltf_room_seal(&head, dump.chunks, (uint32_t)(span - sizeof(head)));
	enum ltf_stop why = lt_dumpfile_write(&dump.file, at, &head, sizeof(head));
	if (!why)
		why = lt_dumpfile_write(&dump.file, at + span - sizeof(none), &none, sizeof(none));
	if (why) {
		lt_dump_stop(why);
		return false;
	}
	dump.chunks++;
	__atomic_store_n(&lt_header->stream_end, at + span, __ATOMIC_RELEASE);
	return true;
}

/* Where a room does not fit before the high extents, an empty one leads there. */
static bool leave_low(uint64_t span)
{
	uint64_t low = atomic_load(&dump.low);
	while (low + span > dump.high && low + sizeof(struct ltf_chunk) <= dump.high)
		if (atomic_compare_exchange_weak(&dump.low, &low, dump.high))
			return write_room(low, dump.high - low);
	return true;
}

bool lt_dump_room(struct lt_room *room, uint64_t want)
{
	uint64_t limit = lt_dumpfile_limit(), used = atomic_load(&dump.top) + LT_DUMP_RAW_MAX;
	want = want < ROOM_MAX ? want : ROOM_MAX;
	if (limit < used + LT_DUMP_RAW_MAX || dump.stopped)
		return false;
	if (want > limit - used)
		want = limit - used;
	uint64_t span = sizeof(struct ltf_chunk) + (want & ~UINT64_C(7));
	if (!leave_low(span))
		return false;
	uint64_t at = take(span);
	if (!write_room(at, span))
		return false;
	*room = (struct lt_room){at + sizeof(struct ltf_chunk), at + span};
	return true;
}

/* Chunks are taken from the low part of the file, which is the room now; what does not fit there
 * is beyond any limit. */
void lt_dump_move_in(const struct lt_room *room)
{
	dump.moved_in = true;
	dump.chunks = 0;
	dump.zstd = NULL; /* its memory has been wiped */
	memset(dump.habits, 0, sizeof(dump.habits));
	dump.high = room->end;
	dump.room_used = room->start;
	atomic_store(&dump.low, room->start);
	atomic_store(&dump.top, UINT64_MAX / 2);
}

uint64_t lt_dump_room_used(void)
{
	return dump.room_used;
}

uint64_t lt_dump_room_left(void)
{
	return dump.moved_in ? dump.high - atomic_load(&dump.low) : UINT64_MAX;
}

void lt_dump_room_close(const struct lt_room *room, uint64_t used)
{
	struct ltf_chunk head;
	uint64_t low = room->end, top = room->end, at = room->start - sizeof(head);
	if (dump.stopped || used < room->start || used >= room->end ||
		lt_header->stream_end != room->end ||
		!(atomic_compare_exchange_strong(&dump.low, &low, used) ||
			atomic_compare_exchange_strong(&dump.top, &top, used)))
		return;
	ltf_room_seal(&head, dump.chunks - 1, (uint32_t)(used - room->start));
	__atomic_store_n(&lt_header->stream_end, used, __ATOMIC_RELEASE);
	lt_dumpfile_write(&dump.file, at, &head, sizeof(head));
}

int lt_dump_descriptor(void)
{
	return dump.file.fd;
}

bool lt_dump_owns(int fd)
{
	return fd == dump.file.fd && lt_dumpfile_is(&dump.file);
}

void lt_dump_identity(uint64_t *dev, uint64_t *ino)
{
	*dev = dump.file.dev;
	*ino = dump.file.ino;
}

static bool no_header_used(void)
{
	uint64_t any = no_header.state | no_header.end_mono;
	for (int i = 0; i < LTF_LOST_COUNT; i++)
		any |= no_header.lost[i];
	return any;
}

static void fill_header(
	struct ltf_header *h, const struct lt_dump_who *who, uint64_t stream, uint32_t image)
{
	memcpy(h->magic, LTF_MAGIC, sizeof(h->magic));
	h->version = LTF_VERSION;
	h->header_size = LTF_HEADER_SIZE;
	h->pid = (uint32_t)who->pid;
	h->run_id = who->run_id;
	h->start_real = lt_clock_real();
	h->start_mono = lt_clock_mono();
	h->parent_pid = (uint32_t)who->parent_pid;
	h->image = image;
	h->origin = who->origin;
	h->region_shift = LTF_REGION_SHIFT;
	h->region_count = LTF_REGION_COUNT;
	h->block_size = LTF_BLOCK_SIZE;
	h->stream_start = stream;
	strncpy(h->program, who->program, sizeof(h->program) - 1);
	h->stream_end = h->stream_start;
	h->exit_status = LTF_STATUS_UNKNOWN;
	h->state = LTF_STATE_RUNNING;
	h->crc = ltf_header_crc(h);
}

static bool open_mapped(const struct lt_dump_who *who, size_t len)
{
	uint64_t end = LTF_HEADER_SIZE + len;
	char *mem = map_extent(0, end);
	if (!mem)
		return false;
	fill_header((struct ltf_header *)mem, who, end, dump.file.attempt);
	lt_header = (struct ltf_header *)mem;
	if (no_header_used()) {
		memcpy(lt_header->lost, no_header.lost, sizeof(no_header.lost));
		memset(&no_header, 0, sizeof(no_header));
	}
	/* Under a small file size limit all stands one behind the other. */
	dump.high = within_limit(4ull * STREAM_ROOM) ? STREAM_ROOM : end;
	atomic_store(&dump.low, end);
	atomic_store(&dump.top, dump.high);
	name_extent(0, LTF_HEADER_SIZE, len);
	keep_extent(len, mem + LTF_HEADER_SIZE);
	return true;
}

void *lt_dump_open(const struct lt_dump_who *who, size_t len)
{
	struct lt_outname name = {.pattern = who->pattern,
		.program = who->program,
		.pid = who->pid,
		.seconds = who->seconds};
	if (!lt_dumpfile_create(&dump.file, &name, who->first))
		return NULL;
	if (open_mapped(who, len))
		return dump.extents[0].mem;
	lt_say(0, "not tracing: no room for %s (disk, file size or memory limit)", dump.file.path);
	lt_dumpfile_remove(&dump.file);
	return NULL;
}

void lt_dump_stub(const struct lt_dump_who *who, enum ltf_stop reason)
{
	struct lt_outname name = {.pattern = who->pattern,
		.program = who->program,
		.pid = who->pid,
		.seconds = who->seconds};
	struct ltf_header h;
	memset(&h, 0, sizeof(h));
	fill_header(&h, who, LTF_HEADER_SIZE, 0);
	h.state = LTF_STATE_STOPPED;
	h.stop_reason = reason;
	h.end_mono = h.start_mono;
	lt_dumpfile_leave(&name, &h, sizeof(h));
}

/* Takes the file from behind the ring; its memory stays, empty. */
static bool detach_ring(void)
{
	bool all = true;
	for (uint32_t i = 0; i < dump.extent_count; i++)
		if (dump.extents[i].mem)
			all &= lt_dumpfile_blank(dump.extents[i].mem, dump.extents[i].len);
	return all;
}

/* Of what is not needed any more, the end is cut off and the rest punched. */
static void shorten(struct ltf_header *h)
{
	uint32_t n = h->extent_count;
	if (h->stream_end <= dump.high)
		h->extent_count = 0;
	uint64_t end = h->stream_end;
	for (uint32_t i = 0; i < n; i++) {
		const struct ltf_extent *x = &h->extents[i];
		if (x->offset < h->stream_end)
			lt_dumpfile_punch(&dump.file, x->offset, x->length);
		end = end > x->offset + x->length ? end : x->offset + x->length;
	}
	lt_dumpfile_truncate(&dump.file, h->extent_count ? end : h->stream_end);
}

void lt_dump_finish(uint32_t status, bool drained)
{
	struct ltf_header *h = lt_header;
	if (dump.stopped || h == &no_header)
		return;
	h->exit_status = status;
	h->end_mono = lt_clock_mono();
	if (!drained)
		return;
	/* Other threads may still be writing events: where their memory could not be parted from
	 * the file, the file must stay as long as it is. */
	bool parted = detach_ring();
	__atomic_store_n(&h->state, LTF_STATE_FINISHED, __ATOMIC_RELEASE);
	if (parted)
		shorten(h);
	lt_say(1, "wrote %s", dump.file.path);
}

bool lt_dump_is_empty(void)
{
	return lt_header->stream_end == lt_header->stream_start && dump.extent_count == 1 &&
	       !dump.stopped;
}

void lt_dump_optional(void)
{
	dump.optional = true;
}

void lt_dump_leave(uint32_t status, uint32_t blocks)
{
	struct ltf_header *h = lt_header;
	if (dump.stopped) /* what was refused may have been written in part */
		lt_dumpfile_truncate(&dump.file, h->stream_end);
	h->exit_status = status;
	h->end_mono = lt_clock_mono();
	h->extents[0].length = (uint64_t)blocks * LTF_BLOCK_SIZE;
	h->left = 1;
	__atomic_store_n(&h->state, LTF_STATE_FINISHED, __ATOMIC_RELEASE);
	lt_say(1, "wrote %s", dump.file.path);
}

/* The header is in front of the first extent. */
static void forget_mapped(void)
{
	if (lt_header == &no_header) {
		if (no_header_used()) /* a page that nobody else has written to */
			memset(&no_header, 0, sizeof(no_header));
		return;
	}
	dump.extents[0].mem = lt_header;
	dump.extents[0].len += LTF_HEADER_SIZE;
	detach_ring();
}

void lt_dump_forget(void)
{
	/* Not unmapped: a hook that a signal handler interrupted to fork may still write there. */
	forget_mapped();
	lt_dumpfile_close(&dump.file);
	atomic_store(&dump.stopped, false);
	dump.optional = false;
	dump.extent_count = 0;
	dump.chunks = 0;
	dump.zstd = NULL; /* its memory has been wiped */
	lt_header = &no_header;
}
