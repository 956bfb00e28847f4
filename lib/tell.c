/* Short records gather in one piece. A table too long for that becomes a chunk of its own, with
 * what has gathered before it: each column is compressed by itself. */
#include "lib/tell.h"

#include <stddef.h>
#include <string.h>
#include "format/file.h"
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/dump.h"
#include "lib/sys.h"
#include "lib/tell_fds.h"
#include "lib/tell_maps.h"
#include "lib/tell_texts.h"

_Static_assert((int)LTF_VERDICT_REACHABLE == (int)LT_SCAN_REACHABLE &&
		       (int)LTF_VERDICT_DEFINITE == (int)LT_SCAN_DEFINITE,
	"verdicts are written as they are");
_Static_assert((int)LTF_SCAN_EVENTS_MISSED == (int)LT_SCAN_EVENTS_MISSED, "so is the coverage");
_Static_assert((int)LTF_IN_BLOCK == (int)LT_SCAN_IN_BLOCK, "so is where a pointer lies");
_Static_assert((int)LTF_SCANNED_COLUMNS < (int)LT_DUMP_PIECES &&
		       (int)LTF_SCANNED_COLUMNS <= (int)LTF_TABLE_COLUMNS,
	"a table's columns, and a piece in front");
_Static_assert(
	(LTF_SCANNED_COLUMNS * LT_TELL_COLUMN + LT_TELL_SMALL) <= LT_DUMP_RAW_MAX, "a chunk");

/* The scan that is being made. */
static struct {
	uint32_t number;
	uint64_t begun_us;
	uint64_t figure[LTF_SCAN_FIGURE_COUNT];
} told;

static void send(struct lt_channel *c, const struct ltf_piece *piece, unsigned n)
{
	c->failed = c->failed || !lt_dump_append(piece, n);
}

static void send_small(struct lt_channel *c)
{
	struct ltf_piece piece = {c->small, c->small_used};
	if (piece.len)
		send(c, &piece, 1);
	c->small_used = 0;
}

static bool is_small(const struct lt_channel *c, size_t n)
{
	return n <= LT_TELL_SMALL - c->small_used;
}

/* The head of a record, and the beginning of its body. */
static void put_head(
	struct lt_channel *c, unsigned type, const uint8_t *bytes, size_t len, size_t body_len)
{
	if (!is_small(c, 2 * LTF_VARINT_MAX + len))
		send_small(c);
	uint8_t *p = c->small + c->small_used;
	p = ltf_put(ltf_put(p, type), body_len);
	memcpy(p, bytes, len);
	c->small_used = (uint32_t)(p - c->small + len);
}

/* The rest of its body. */
static void put_pieces(struct lt_channel *c, struct ltf_piece *piece, unsigned n)
{
	size_t len = 0;
	for (unsigned i = 1; i < n; i++)
		len += piece[i].len;
	if (!is_small(c, len)) {
		piece[0] = (struct ltf_piece){c->small, c->small_used};
		send(c, piece, n);
		c->small_used = 0;
		return;
	}
	for (unsigned i = 1; i < n; i++) {
		memcpy(c->small + c->small_used, piece[i].bytes, piece[i].len);
		c->small_used += (uint32_t)piece[i].len;
	}
}

static void tell_figures(struct lt_channel *c, unsigned type, unsigned from, unsigned to)
{
	uint8_t body[LTF_FIGURES_MAX];
	size_t len = (size_t)(ltf_figures_put(body, told.number, told.figure, from, to) - body);
	put_head(c, type, body, len, len);
}

void lt_tell_record(struct lt_channel *c, unsigned type, const uint8_t *bytes, size_t len)
{
	uint8_t number[LTF_VARINT_MAX];
	size_t n = (size_t)(ltf_put(number, told.number) - number);
	struct ltf_piece piece[2] = {[1] = {bytes, len}};
	put_head(c, type, number, n, n + len);
	put_pieces(c, piece, 2);
}

static void begin_rows(struct lt_rows *t, uint64_t first)
{
	t->first = first;
	t->rows = 0;
	for (unsigned i = 0; i < t->columns; i++) {
		t->end[i] = t->c->column[i];
		t->any[i] = i == 0;
	}
}

static void begin_table(struct lt_rows *t, unsigned type, unsigned columns)
{
	t->type = type;
	t->columns = columns;
	begin_rows(t, 0);
}

static void end_rows(struct lt_rows *t)
{
	struct ltf_piece piece[1 + LTF_TABLE_COLUMNS];
	uint32_t length[LTF_TABLE_COLUMNS];
	uint8_t head[LTF_TABLE_HEAD_MAX];
	struct ltf_table table = {.scan = told.number, .first = t->first, .rows = t->rows};
	size_t len = 0;
	for (unsigned i = 0; i < t->columns; i++) {
		length[i] = t->any[i] ? (uint32_t)(t->end[i] - t->c->column[i]) : 0;
		piece[1 + i] = (struct ltf_piece){t->c->column[i], length[i]};
		len += length[i];
	}
	size_t head_len = (size_t)(ltf_table_head(head, &table, length, t->columns) - head);
	put_head(t->c, t->type, head, head_len, head_len + len);
	put_pieces(t->c, piece, 1 + t->columns);
	begin_rows(t, t->first + t->rows);
}

static void put(struct lt_rows *t, unsigned column, uint64_t value)
{
	t->end[column] = ltf_put(t->end[column], value);
	t->any[column] |= value != 0;
}

/* A row is complete. True: the next one begins a new table. */
static bool end_row(struct lt_rows *t)
{
	t->rows++;
	for (unsigned i = 0; i < t->columns; i++)
		if (t->end[i] + LTF_VARINT_MAX > t->c->column[i] + LT_TELL_COLUMN) {
			end_rows(t);
			return true;
		}
	return false;
}

static void end_table(struct lt_rows *t)
{
	if (t->rows)
		end_rows(t);
}

void lt_rows_begin(struct lt_rows *t, struct lt_channel *c, unsigned type, unsigned columns)
{
	t->c = c;
	begin_table(t, type, columns);
}

void lt_rows_add(struct lt_rows *t, const uint64_t *values)
{
	for (unsigned i = 0; i < t->columns; i++)
		put(t, i, values[i]);
	end_row(t);
}

void lt_rows_end(struct lt_rows *t)
{
	end_table(t);
}

static void put_holder(struct lt_rows *t, const struct lt_scan *s, uint32_t i)
{
	struct lt_scan_holder h = lt_scan_holder(s, i);
	uint64_t index = h.index;
	if (h.in == LT_SCAN_IN_BLOCK)
		index = ltf_zigzag((int64_t)i - h.index);
	put(t, LTF_SCANNED_HOLDER, index << 2 | h.in);
	put(t, LTF_SCANNED_OFFSET, h.offset);
	put(t, LTF_SCANNED_INSIDE,
		h.in == LT_SCAN_IN_NOTHING
			? 0
			: *(const uintptr_t *)s->blocks[i].via - s->blocks[i].addr);
}

static uint64_t flags_of(const struct lt_scan_block *b)
{
	return (b->flags & LT_SCAN_CYCLE ? LTF_SCANNED_CYCLE : 0) |
	       (b->flags & LT_SCAN_HELD ? LTF_SCANNED_HELD : 0) |
	       (b->flags & LT_SCAN_INHERITED ? LTF_SCANNED_INHERITED : 0);
}

static void tell_blocks(struct lt_rows *t, const struct lt_scan *s)
{
	uint64_t end = 0;
	uint32_t birth = 0;
	begin_table(t, LTF_REC_BLOCKS, LTF_SCANNED_COLUMNS);
	for (uint32_t i = 0; i < s->n_blocks; i++) {
		const struct lt_scan_block *b = &s->blocks[i];
		uint32_t leader = i;
		if (b->verdict == LT_SCAN_INDIRECT)
			leader = lt_scan_leader(s, i);
		put(t, LTF_SCANNED_ADDR, ltf_zigzag((int64_t)(b->addr / 8 - end)));
		put(t, LTF_SCANNED_SIZE, b->size);
		put(t, LTF_SCANNED_SITE, b->site);
		put(t, LTF_SCANNED_BIRTH, ltf_zigzag((int32_t)(b->birth - birth)));
		put(t, LTF_SCANNED_VERDICT, b->verdict | b->by << 3);
		put(t, LTF_SCANNED_FLAGS, flags_of(b));
		put(t, LTF_SCANNED_LEADER, ltf_zigzag((int64_t)i - leader));
		put_holder(t, s, i);
		put(t, LTF_SCANNED_UNTOUCHED, lt_judge_untouched(i));
		end = ltf_scanned_end(b->addr / 8, b->size);
		birth = b->birth;
		if (end_row(t))
			end = birth = 0;
	}
	end_table(t);
}

static void tell_roots(struct lt_rows *t, const struct lt_scan *s)
{
	begin_table(t, LTF_REC_ROOTS, LTF_ROOT_COLUMNS);
	for (uint32_t i = 0; i < s->n_roots; i++) {
		const struct lt_scan_root *r = &s->roots[i];
		put(t, LTF_ROOT_START, r->start);
		put(t, LTF_ROOT_LENGTH, r->end - r->start);
		put(t, LTF_ROOT_KIND, r->kind);
		put(t, LTF_ROOT_ID, r->id);
		told.figure[LTF_SCAN_ROOT_BYTES] += r->end - r->start;
		end_row(t);
	}
	end_table(t);
}

static void tell_words(struct lt_rows *t, const struct lt_scan *s)
{
	begin_table(t, LTF_REC_WORDS, LTF_WORD_COLUMNS);
	for (uint32_t i = 0; i < s->n_words; i++) {
		put(t, LTF_WORD_VALUE, s->words[i].value);
		put(t, LTF_WORD_KIND, s->words[i].kind);
		put(t, LTF_WORD_ID, s->words[i].id);
		put(t, LTF_WORD_NUMBER, s->words[i].number);
		end_row(t);
	}
	end_table(t);
}

static void tell_threads(struct lt_rows *t, const struct lt_moment *moment)
{
	begin_table(t, LTF_REC_THREADS, LTF_THREAD_COLUMNS);
	told.figure[LTF_SCAN_THREADS] = moment->n_threads + 1u;
	for (uint32_t i = 0; i < moment->n_threads; i++) {
		const struct lt_moment_thread *m = &moment->thread[i];
		bool unknown = !(m->flags & (LT_MOMENT_REGS_KNOWN | LT_MOMENT_HELPER));
		put(t, LTF_THREAD_TID, (uint32_t)m->tid);
		put(t, LTF_THREAD_SP, m->flags & LT_MOMENT_SP_KNOWN ? m->sp : 0);
		bool scanning = m->flags & LT_MOMENT_IS_SCANNING;
		put(t, LTF_THREAD_FLAGS,
			(unknown ? LTF_THREAD_REGISTERS_UNKNOWN : 0u) |
				(scanning ? LTF_THREAD_IS_SCANNING : 0u));
		told.figure[LTF_SCAN_THREADS] -= scanning;
		told.figure[LTF_SCAN_UNKNOWN_THREADS] += unknown;
		end_row(t);
	}
	end_table(t);
}

/* A block that is not the process's own is not its leak. */
static void sum_up(const struct lt_scan *s)
{
	uint64_t *figure = told.figure;
	for (uint32_t i = 0; i < s->n_blocks; i++) {
		const struct lt_scan_block *b = &s->blocks[i];
		unsigned at = LTF_SCAN_REACHABLE_BLOCKS + 2 * (b->verdict - LT_SCAN_REACHABLE);
		if (b->flags & LT_SCAN_INHERITED)
			at = LTF_SCAN_INHERITED_BLOCKS;
		figure[at]++;
		figure[at + 1] += b->size;
	}
	figure[LTF_SCAN_WORDS_READ] = s->words_read;
	figure[LTF_SCAN_POINTERS] = s->pointers;
}

void lt_tell_begin(enum ltf_scan_reason reason)
{
	told.number++;
	told.begun_us = lt_clock_ns(CLOCK_MONOTONIC) / 1000;
	memset(told.figure, 0, sizeof(told.figure));
	told.figure[LTF_SCAN_REASON] = reason;
	told.figure[LTF_SCAN_TIME_US] = (lt_clock_mono() - lt_header->start_mono) / 1000;
}

void lt_tell_figure(enum ltf_scan_figure figure, uint64_t value)
{
	told.figure[figure] = value;
}

bool lt_tell(struct lt_channel *c, const struct lt_scan *s, const struct lt_moment *moment)
{
	struct lt_rows t = {.c = c};
	told.figure[LTF_SCAN_BLOCKS] = s->n_blocks;
	told.figure[LTF_SCAN_COVERAGE] = s->coverage;
	tell_figures(c, LTF_REC_SCAN, LTF_SCAN_REASON, LTF_SCAN_BLOCKS);
	tell_roots(&t, s);
	tell_words(&t, s);
	tell_threads(&t, moment);
	lt_tell_frames(c, moment);
	lt_tell_threads(c, moment);
	lt_tell_timers(c);
	tell_blocks(&t, s);
	lt_tell_fds(c);
	lt_tell_maps(c, moment);
	lt_texts_tell(c);
	sum_up(s);
	if (lt_config.graph)
		lt_tell_graph(c, s);
	told.figure[LTF_SCAN_CPU_US] = lt_clock_ns(CLOCK_THREAD_CPUTIME_ID) / 1000;
	told.figure[LTF_SCAN_WALL_US] = lt_clock_ns(CLOCK_MONOTONIC) / 1000 - told.begun_us;
	tell_figures(c, LTF_REC_SCAN_END, LTF_SCAN_BLOCKS, LTF_SCAN_FIGURE_COUNT - 1);
	send_small(c);
	return !c->failed;
}
