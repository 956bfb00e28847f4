#include "tools/model/scan.h"

#include <stdlib.h>
#include <string.h>
#include "format/file.h"
#include "tools/model/scan_parts.h"
#include "tools/util/mem.h"

#define DAMAGED                                                                                    \
	"a scan of the live memory is damaged; the report is partial, trace again if you can"

static void free_lists(struct lr_scan *s)
{
	free(s->blocks);
	free(s->roots);
	free(s->words);
	free(s->threads);
	free(s->frames);
	lr_graph_forget(&s->graph);
	s->blocks = NULL;
	s->roots = NULL;
	s->words = NULL;
	s->threads = NULL;
	s->frames = NULL;
	s->frames_used = s->frames_room = 0;
	s->blocks_used = s->blocks_room = s->roots_used = s->roots_room = 0;
	s->words_used = s->words_room = s->threads_used = s->threads_room = 0;
}

static void free_scan(struct lr_scan *s)
{
	free_lists(s);
	free(s->fds);
	free(s->pthreads);
	free(s->timers);
	free(s->maps);
	lr_scan_texts_free(&s->texts);
	free(s->sites);
	free(s->owned);
	*s = (struct lr_scan){0};
}

/* Addresses grow from row to row and stay below 2^47; what a row says of others is checked when all
 * are there. */
static bool add_block(struct lr_scans *s, const uint64_t *v)
{
	struct lr_scan *o = &s->open;
	if (!lr_scan_afford(s, o->blocks_used + s->blocks_kept, s->limits->scan_blocks))
		return true;
	LR_GROW(o->blocks, o->blocks_used, o->blocks_room);
	uint32_t at = (uint32_t)o->blocks_used;
	unsigned in = v[LTF_SCANNED_HOLDER] & 3;
	uint64_t holder = v[LTF_SCANNED_HOLDER] >> 2;
	int64_t leader = (int64_t)at - ltf_unzigzag(v[LTF_SCANNED_LEADER]);
	if (in == LTF_IN_BLOCK)
		holder = (uint64_t)((int64_t)at - ltf_unzigzag(holder));
	if (v[LTF_SCANNED_ADDR] >= UINT64_C(1) << 44 || v[LTF_SCANNED_SIZE] >> 48 || leader < 0 ||
		leader > UINT32_MAX || holder > UINT32_MAX)
		return false;
	unsigned verdict = v[LTF_SCANNED_VERDICT] & 7;
	o->blocks[o->blocks_used++] = (struct lr_scan_block){.addr = v[LTF_SCANNED_ADDR] * 8,
		.size = v[LTF_SCANNED_SIZE],
		.verdict = verdict < LTF_VERDICTS ? verdict : 0,
		.by = v[LTF_SCANNED_VERDICT] >> 3 & 15,
		.flags = v[LTF_SCANNED_FLAGS] & 255,
		.site = lr_less32(v[LTF_SCANNED_SITE]),
		.birth = (uint32_t)v[LTF_SCANNED_BIRTH],
		.leader = (uint32_t)leader,
		.in = in,
		.holder = (uint32_t)holder,
		.offset = v[LTF_SCANNED_OFFSET] & ((UINT64_C(1) << 62) - 1),
		.inside = lr_less32(v[LTF_SCANNED_INSIDE]),
		.untouched = lr_less32(v[LTF_SCANNED_UNTOUCHED])};
	return true;
}

/* From the differences within a table to addresses and births. */
static bool undo(uint64_t *v, uint64_t *end, uint32_t *birth, bool fresh)
{
	uint64_t addr = *end + (uint64_t)ltf_unzigzag(v[LTF_SCANNED_ADDR]);
	if (!fresh && addr <= v[LTF_TABLE_COLUMNS])
		return false;
	*birth += (uint32_t)ltf_unzigzag(v[LTF_SCANNED_BIRTH]);
	*end = ltf_scanned_end(addr, v[LTF_SCANNED_SIZE]);
	v[LTF_SCANNED_ADDR] = v[LTF_TABLE_COLUMNS] = addr;
	v[LTF_SCANNED_BIRTH] = *birth;
	return true;
}

static bool read_blocks(struct lr_scans *s, struct ltf_table *t)
{
	uint64_t v[LTF_TABLE_COLUMNS + 1] = {0}, end = 0; /* the last: the address before */
	const struct lr_scan *o = &s->open;
	uint32_t birth = 0;
	bool fresh = !o->blocks_used;
	int got;
	if (!fresh)
		v[LTF_TABLE_COLUMNS] = o->blocks[o->blocks_used - 1].addr / 8;
	if (t->first != o->blocks_used && !o->cut)
		return false;
	while ((got = ltf_table_row(t, v)) > 0) {
		if (!undo(v, &end, &birth, fresh) || !add_block(s, v))
			return false;
		fresh = false;
	}
	return got == 0;
}

static bool read_table(
	struct lr_scans *s, const struct lr_scan_table *kind, const uint8_t *body, size_t len)
{
	uint64_t v[LTF_TABLE_COLUMNS];
	struct ltf_table t;
	int got;
	if (ltf_table_open(&t, body, len))
		return false;
	if (!kind)
		return read_blocks(s, &t);
	if (t.first != lr_scan_rows(&s->open, kind) && !s->open.cut)
		return false;
	while ((got = ltf_table_row(&t, v)) > 0)
		kind->add(s, v);
	return got == 0;
}

static void add_graph(struct lr_scans *s, const uint8_t *bytes, size_t len)
{
	if (s->keep == LR_SCANS_NONE ||
		!lr_scan_afford(s, s->open.graph.used + len, s->limits->graph))
		return;
	lr_graph_add(&s->open.graph, bytes, len);
}

static bool is_holder_there(const struct lr_scan *o, const struct lr_scan_block *b)
{
	switch (b->in) {
	case LTF_IN_ROOT:
		return b->holder < o->roots_used;
	case LTF_IN_WORD:
		return b->holder < o->words_used;
	case LTF_IN_BLOCK:
		return b->holder < o->blocks_used;
	default:
		return true;
	}
}

/* What lies beyond a limit is not there to be pointed to. */
static bool check(struct lr_scan *o)
{
	if (!o->cut && o->figure[LTF_SCAN_BLOCKS] != o->blocks_used)
		return false;
	for (size_t i = 0; i < o->blocks_used; i++) {
		struct lr_scan_block *b = &o->blocks[i];
		bool led = b->leader < o->blocks_used &&
			   (b->leader == i || o->blocks[b->leader].verdict == LTF_VERDICT_DEFINITE);
		if (led && is_holder_there(o, b))
			continue;
		if (!o->cut)
			return false;
		b->leader = led ? b->leader : (uint32_t)i;
		b->in = is_holder_there(o, b) ? b->in : LTF_IN_NOTHING;
	}
	return true;
}

enum { UNSEEN, GOES_ON, ENDS_ELSEWHERE, ENDS_IGNORED };

static bool is_ignored_root(const struct lr_scan *o, const struct lr_scan_block *b)
{
	return b->in == LTF_IN_ROOT && o->roots[b->holder].kind == LTF_ROOT_IGNORED;
}

/* What is reachable only from what the program ignores is ignored with it: it is what its holders
 * come to in the end. */
static void mark_ignored(struct lr_scan *o)
{
	uint8_t *end = NULL;
	for (size_t i = 0; i < o->roots_used && !end; i++)
		if (o->roots[i].kind == LTF_ROOT_IGNORED)
			end = lr_calloc(o->blocks_used, 1);
	for (size_t i = 0; end && i < o->blocks_used; i++) {
		size_t at = i;
		while (end[at] == UNSEEN && o->blocks[at].in == LTF_IN_BLOCK) {
			end[at] = GOES_ON;
			at = o->blocks[at].holder;
		}
		uint8_t found = end[at] > GOES_ON                    ? end[at]
				: is_ignored_root(o, &o->blocks[at]) ? ENDS_IGNORED
								     : ENDS_ELSEWHERE;
		end[at] = found;
		for (at = i; end[at] == GOES_ON; at = o->blocks[at].holder)
			end[at] = found;
	}
	for (size_t i = 0; end && i < o->blocks_used; i++)
		if (end[i] == ENDS_IGNORED)
			o->blocks[i].flags |= LTF_SCANNED_IGNORED;
	free(end);
}

static void keep_scan(struct lr_scans *s)
{
	struct lr_scan *o = &s->open;
	bool few = s->keep == LR_SCANS_LAST_OF_FEW;
	bool keep = s->keep == LR_SCANS_ALL || s->keep == LR_SCANS_LAST || s->keep == o->number ||
		    (few && o->blocks_used <= LR_SCANS_FEW);
	o->done = true;
	mark_ignored(o);
	lr_scan_sum_up(s, o, s->limits->cells - s->sites_kept);
	s->sites_kept += o->sites_used + o->owned_used;
	s->fds_kept += o->fds_used;
	s->pthreads_kept += o->pthreads_used;
	s->timers_kept += o->timers_used;
	s->maps_kept += o->maps_used;
	s->texts_kept += o->texts.used + o->texts.bytes;
	if (!keep)
		free_lists(o);
	if ((s->keep == LR_SCANS_LAST || few) && s->used)
		free_lists(&s->scan[s->used - 1]);
	s->blocks_kept = (s->keep == LR_SCANS_ALL ? s->blocks_kept : 0) + o->blocks_used;
	LR_GROW(s->scan, s->used, s->room);
	s->scan[s->used++] = *o;
	*o = (struct lr_scan){0};
}

static void begin_scan(struct lr_scans *s, uint64_t number, const uint64_t *figure)
{
	lr_scans_end(s);
	if (number == 0 || number >= LR_SCANS_ALL)
		return;
	if (s->used >= s->limits->scans) {
		s->over_limit++;
		return;
	}
	s->open.number = (uint32_t)number;
	memcpy(s->open.figure, figure, sizeof(s->open.figure));
}

static const char *drop(struct lr_scans *s)
{
	s->damaged++;
	free_scan(&s->open);
	return DAMAGED;
}

const char *lr_scans_record(struct lr_scans *s, uint64_t type, const uint8_t *body, size_t len)
{
	uint64_t figure[LTF_SCAN_FIGURE_COUNT] = {0}, number;
	const uint8_t *rest = ltf_get(body, body + len, &number);
	if (!rest)
		return drop(s);
	if (type == LTF_REC_SCAN) {
		if (ltf_figures_get(body, len, &number, figure))
			return drop(s);
		begin_scan(s, number, figure);
		return NULL;
	}
	if (!s->open.number || number != s->open.number)
		return NULL; /* its begin is lost, or was damaged */
	if (type == LTF_REC_SCAN_END) {
		if (ltf_figures_get(body, len, &number, s->open.figure) || !check(&s->open))
			return drop(s);
		keep_scan(s);
		return NULL;
	}
	if (type == LTF_REC_GRAPH)
		add_graph(s, rest, (size_t)(body + len - rest));
	if (type == LTF_REC_TEXTS && !lr_scan_texts_add(s, rest, (size_t)(body + len - rest)))
		return drop(s);
	const struct lr_scan_table *table = lr_scan_table(type);
	if ((table || type == LTF_REC_BLOCKS) && !read_table(s, table, body, len))
		return drop(s);
	return NULL;
}

void lr_scans_nothing(struct lr_scans *s)
{
	s->open.number = s->used ? s->scan[s->used - 1].number + 1 : 1;
	s->open.figure[LTF_SCAN_REASON] = LTF_SCAN_AT_EXIT;
	keep_scan(s);
}

void lr_scans_end(struct lr_scans *s)
{
	s->unfinished += s->open.number != 0;
	free_scan(&s->open);
}

void lr_scans_place(struct lr_scans *s, uint32_t (*frame_of)(void *ctx, uint32_t site), void *ctx)
{
	for (size_t i = 0; i < s->used; i++) {
		struct lr_scan *scan = &s->scan[i];
		for (size_t k = 0; k < scan->blocks_used; k++)
			scan->blocks[k].site = frame_of(ctx, scan->blocks[k].site);
		lr_scan_place_sums(scan, frame_of, ctx);
	}
}

void lr_scans_free(struct lr_scans *s)
{
	for (size_t i = 0; i < s->used; i++)
		free_scan(&s->scan[i]);
	free_scan(&s->open);
	free(s->scan);
	*s = (struct lr_scans){0};
}

const struct lr_scan *lr_scans_get(const struct lr_scans *s, uint32_t number)
{
	if (number == LR_SCANS_LAST)
		return s->used ? &s->scan[s->used - 1] : NULL;
	for (size_t i = 0; i < s->used; i++)
		if (s->scan[i].number == number)
			return &s->scan[i];
	return NULL;
}

uint32_t lr_scan_block_at(const struct lr_scan *s, uint64_t addr)
{
	const struct lr_scan_block *b = s->blocks;
	size_t low = 0, high = b ? s->blocks_used : 0;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (b[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (low && (addr == b[low - 1].addr || addr - b[low - 1].addr < b[low - 1].size))
		return (uint32_t)low - 1;
	return UINT32_MAX;
}
