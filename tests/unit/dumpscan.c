#include "tests/unit/dumpscan.h"

#include <stdlib.h>
#include <string.h>

/* A table, from rows of values as they are written. */
static void table(
	struct dg *g, unsigned type, struct ltf_table t, const uint64_t *values, unsigned columns)
{
	size_t most = t.rows * LTF_VARINT_MAX;
	uint8_t *body = malloc(LTF_TABLE_HEAD_MAX + columns * most), *p;
	uint8_t *column = malloc(columns * most + 1);
	uint32_t length[LTF_TABLE_COLUMNS];
	if (!body || !column)
		exit(99);
	for (unsigned c = 0; c < columns; c++) {
		uint8_t *end = column + c * most;
		uint64_t any = c == 0;
		for (uint64_t r = 0; r < t.rows; r++) {
			any |= values[r * columns + c];
			end = ltf_put(end, values[r * columns + c]);
		}
		length[c] = any ? (uint32_t)(end - (column + c * most)) : 0;
	}
	p = ltf_table_head(body, &t, length, columns);
	for (unsigned c = 0; c < columns; c++) {
		memcpy(p, column + c * most, length[c]);
		p += length[c];
	}
	dg_record(g, type, body, (size_t)(p - body));
	free(body);
	free(column);
}

static void blocks(struct dg *g, const struct dg_scan *s, size_t first, size_t n)
{
	uint64_t *v = calloc(n, LTF_SCANNED_COLUMNS * sizeof(*v)), end = 0;
	uint32_t birth = 0;
	if (!v)
		exit(99);
	for (size_t k = 0; k < n; k++) {
		const struct dg_block *b = &s->blocks[first + k];
		uint64_t *row = v + k * LTF_SCANNED_COLUMNS;
		int64_t i = (int64_t)(first + k);
		int64_t leader = b->verdict == LTF_VERDICT_INDIRECT ? b->leader : i;
		row[LTF_SCANNED_ADDR] = ltf_zigzag((int64_t)(b->addr / 8 - end));
		row[LTF_SCANNED_SIZE] = b->size;
		row[LTF_SCANNED_SITE] = b->site;
		row[LTF_SCANNED_BIRTH] = ltf_zigzag((int32_t)(b->birth - birth));
		row[LTF_SCANNED_VERDICT] = b->verdict | b->by << 3;
		row[LTF_SCANNED_FLAGS] = b->flags;
		row[LTF_SCANNED_LEADER] = ltf_zigzag(i - leader);
		row[LTF_SCANNED_HOLDER] =
			(b->in == LTF_IN_BLOCK ? ltf_zigzag(i - b->holder) : b->holder) << 2 |
			b->in;
		row[LTF_SCANNED_OFFSET] = b->offset;
		row[LTF_SCANNED_UNTOUCHED] = b->untouched;
		end = ltf_scanned_end(b->addr / 8, b->size);
		birth = b->birth;
	}
	struct ltf_table t = {.scan = s->number, .first = first, .rows = n};
	table(g, LTF_REC_BLOCKS, t, v, LTF_SCANNED_COLUMNS);
	free(v);
}

static void texts(struct dg *g, const struct dg_scan *s)
{
	uint8_t body[4096], *p = ltf_put(body, s->number);
	for (size_t i = 0; i < s->n_texts; i++) {
		size_t len = strlen(s->texts[i]);
		if (len > (size_t)(body + sizeof(body) - p) - LTF_VARINT_MAX)
			exit(99);
		p = ltf_put(p, len);
		memcpy(p, s->texts[i], len);
		p += len;
	}
	dg_record(g, LTF_REC_TEXTS, body, (size_t)(p - body));
}

static void figures(struct dg *g, const struct dg_scan *s, const uint64_t *figure, unsigned type,
	unsigned from, unsigned to)
{
	uint8_t body[LTF_FIGURES_MAX];
	size_t len = (size_t)(ltf_figures_put(body, s->number, figure, from, to) - body);
	dg_record(g, type, body, len);
}

void dg_scan_open(struct dg *g, const struct dg_scan *s)
{
	struct ltf_table t = {.scan = s->number};
	size_t step = s->per_table ? s->per_table : s->n_blocks;
	dg_drain(g, 0);
	figures(g, s, s->figure, LTF_REC_SCAN, LTF_SCAN_REASON, LTF_SCAN_TIME_US);
	if ((t.rows = s->n_roots))
		table(g, LTF_REC_ROOTS, t, s->roots[0], LTF_ROOT_COLUMNS);
	if ((t.rows = s->n_words))
		table(g, LTF_REC_WORDS, t, s->words[0], LTF_WORD_COLUMNS);
	if ((t.rows = s->n_threads))
		table(g, LTF_REC_THREADS, t, s->threads[0], LTF_THREAD_COLUMNS);
	if ((t.rows = s->n_frames))
		table(g, LTF_REC_FRAMES, t, s->frames[0], LTF_FRAME_COLUMNS);
	if ((t.rows = s->n_fds))
		table(g, LTF_REC_FDS, t, s->fds[0], LTF_FDS_COLUMNS);
	if ((t.rows = s->n_pthreads))
		table(g, LTF_REC_PTHREADS, t, s->pthreads[0], LTF_PTHREAD_COLUMNS);
	if ((t.rows = s->n_timers))
		table(g, LTF_REC_TIMERS, t, s->timers[0], LTF_TIMER_COLUMNS);
	if ((t.rows = s->n_maps))
		table(g, LTF_REC_MAPS, t, s->maps[0], LTF_MAPS_COLUMNS);
	if (s->n_texts)
		texts(g, s);
	for (size_t i = 0; i < s->n_blocks; i += step)
		blocks(g, s, i, s->n_blocks - i < step ? s->n_blocks - i : step);
}

void dg_scan_close(struct dg *g, const struct dg_scan *s)
{
	uint64_t figure[LTF_SCAN_FIGURE_COUNT];
	memcpy(figure, s->figure, sizeof(figure));
	if (!figure[LTF_SCAN_BLOCKS])
		figure[LTF_SCAN_BLOCKS] = s->n_blocks;
	for (size_t i = 0; i < s->n_blocks; i++) {
		const struct dg_block *b = &s->blocks[i];
		unsigned at = LTF_SCAN_REACHABLE_BLOCKS + 2 * (b->verdict - LTF_VERDICT_REACHABLE);
		if (b->flags & LTF_SCANNED_INHERITED)
			at = LTF_SCAN_INHERITED_BLOCKS;
		else if (b->flags & LTF_SCANNED_IGNORED)
			at = LTF_SCAN_IGNORED_BLOCKS;
		figure[at]++;
		figure[at + 1] += b->size;
	}
	figures(g, s, figure, LTF_REC_SCAN_END, LTF_SCAN_BLOCKS, LTF_SCAN_FIGURE_COUNT - 1);
}
