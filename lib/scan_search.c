/* Searches mostly wait for memory. So words that may be pointers are gathered, some hundred at a
 * time, and the steps of finding their blocks are done for all of them before the next step, each
 * asking for the memory that the next one reads. So are the blocks that stand next in the queue. */
#include "lib/scan_search.h"

enum {
	BLOCKS_AHEAD = 24, /* how far ahead in the queue the memory is asked for: descriptions, */
	WORDS_AHEAD = 12,  /* contents, */
	LINES_AHEAD = 4,   /* and so many lines of these */
	FEW = 8,           /* candidates */
	WATCHED = 4096     /* bytes that are looked at for pointers to targets at a time */
};

void lt_scan_judge(struct lt_scan *s, struct lt_scan_block *b, enum lt_scan_verdict v)
{
	b->verdict = v;
	s->count[v]++;
	s->bytes[v] += b->size;
}

static void unjudge(struct lt_scan *s, const struct lt_scan_block *b)
{
	s->count[b->verdict]--;
	s->bytes[b->verdict] -= b->size;
}

/* A block is found through c and will be searched. */
static void found(struct lt_scan_state *t, uint32_t i, enum lt_scan_verdict v,
	const struct lt_scan_candidate *c, enum lt_scan_by by)
{
	struct lt_scan_block *b = &t->s->blocks[i];

	lt_scan_judge(t->s, b, v);
	b->by = by;
	b->via = c->via;
	b->flags =
		(b->flags & ~LT_SCAN_ROOTED) | (c->from == LT_SCAN_NO_BLOCK ? LT_SCAN_ROOTED : 0);
}

static void reach(struct lt_scan_state *t, uint32_t i, const struct lt_scan_candidate *c)
{
	struct lt_scan_block *b = &t->s->blocks[i];
	enum lt_scan_by by = LT_SCAN_BY_START;

	if (b->verdict == LT_SCAN_REACHABLE)
		return;
	if (c->value != b->addr)
		by = lt_scan_heuristic(t->s, b, c->value);
	bool good = by != LT_SCAN_BY_INTERIOR && by != LT_SCAN_BY_END;
	if (b->verdict == LT_SCAN_POSSIBLE) {
		/* Of pointers to the inside the lowest counts: what lies before it nobody means. */
		if (!good && c->value >= lt_scan_load(b->via))
			return;
		unjudge(t->s, b);
	}
	found(t, i, good ? LT_SCAN_REACHABLE : LT_SCAN_POSSIBLE, c, by);
	if (good)
		lt_scan_settle(t, i);
}

static enum lt_scan_by plain_by(const struct lt_scan_block *b, uintptr_t p)
{
	return p == b->addr             ? LT_SCAN_BY_START
	       : p == b->addr + b->size ? LT_SCAN_BY_END
					: LT_SCAN_BY_INTERIOR;
}

/* c points to block i, in whatever way. */
static void follow(struct lt_scan_state *t, uint32_t i, const struct lt_scan_candidate *c)
{
	struct lt_scan_block *b = &t->s->blocks[i];

	if (t->mode == LT_SCAN_REACH) {
		reach(t, i, c);
		return;
	}
	if (t->mode == LT_SCAN_TELL) {
		t->tell(t, i, c);
		return;
	}
	if (b->verdict != LT_SCAN_LOST)
		return;
	switch (t->mode) {
	case LT_SCAN_POINT:
		if (c->from != i)
			b->flags |= LT_SCAN_POINTED;
		break;
	case LT_SCAN_SEE:
		if (!(b->flags & LT_SCAN_SEEN)) {
			b->flags |= LT_SCAN_SEEN;
			lt_scan_push(t, i);
		}
		break;
	case LT_SCAN_OWN:
		t->leader[i] = t->leader[c->from];
		found(t, i, LT_SCAN_INDIRECT, c, plain_by(b, c->value));
		lt_scan_settle(t, i);
		break;
	default:
		found(t, i, LT_SCAN_POSSIBLE, c, plain_by(b, c->value));
		lt_scan_settle(t, i);
	}
}

/* The first step of following the candidates. When there are few, as along a list, nothing is to be
 * done meanwhile: then the words that they point to are asked for too, in the hope that they will
 * be needed. */
static void find_places(struct lt_scan_state *t)
{
	const struct lt_scan_index *x = &t->x;

	for (uint32_t k = 0; t->n <= FEW && k < t->n; k++) {
		__builtin_prefetch((const void *)t->candidate[k].value);
		__builtin_prefetch((const void *)(t->candidate[k].value + LT_SCAN_LINE));
	}
	for (struct lt_scan_candidate *c = t->candidate; c < t->candidate + t->n; c++) {
		c->place = lt_scan_place(x, c->value);
		if (c->place != LT_SCAN_NO_BLOCK)
			__builtin_prefetch(&x->table[c->place & ~LT_SCAN_ROWS]);
	}
}

/* The second step. Leaves out those whose blocks are settled. */
static void find_blocks(struct lt_scan_state *t)
{
	const struct lt_scan_index *x = &t->x;
	struct lt_scan_candidate *to = t->candidate;

	for (struct lt_scan_candidate *c = to; c < t->candidate + t->n; c++) {
		struct lt_scan_search f = lt_scan_around(x, c->place, c->value);
		uint32_t i = f.hi - 1;
		if (f.lo == f.hi && t->settled[i / 64] >> i % 64 & 1)
			continue;
		__builtin_prefetch(&x->blocks[i], 1);
		*to = *c;
		to++->search = f;
	}
	t->n = (uint32_t)(to - t->candidate);
}

/* Follows all candidates, in their order. */
void lt_scan_flush(struct lt_scan_state *t)
{
	const struct lt_scan_index *x = &t->x;

	t->s->pointers += t->n;
	find_places(t);
	find_blocks(t);
	for (struct lt_scan_candidate *c = t->candidate; c < t->candidate + t->n; c++) {
		uint32_t i = lt_scan_last_below(x, c->search, c->value);
		if (c->value - x->blocks[i].addr <= x->blocks[i].size)
			follow(t, i, c);
	}
	t->n = 0;
}

/* Gathers what may be pointers. Such a word is written down in any case, and stays if it is one: no
 * branch that cannot be foretold. */
static inline __attribute__((always_inline)) void gather(
	struct lt_scan_state *t, uintptr_t p, uintptr_t end, uint32_t from, unsigned step)
{
	uintptr_t least = t->x.least, span = t->x.span;

	t->s->words_read += (end - p + step - 1) / step;
	while (p < end) {
		struct lt_scan_candidate *c = t->candidate + t->n;
		uintptr_t stop = end - p > LT_SCAN_BATCH * step ? p + LT_SCAN_BATCH * step : end;
		for (; p < stop; p += step) {
			uintptr_t value = lt_scan_load(p);
			c->value = value;
			c->via = p;
			c->from = from;
			c += value - least <= span;
		}
		t->n = c - t->candidate;
		if (t->n >= LT_SCAN_BATCH)
			lt_scan_flush(t);
	}
}

static inline __attribute__((always_inline)) void gather_by(
	struct lt_scan_state *t, uintptr_t start, uintptr_t end, uint32_t from)
{
	unsigned step = t->s->step;

	if (step == sizeof(uintptr_t))
		gather(t, start, end, from, sizeof(uintptr_t));
	else
		gather(t, start, end, from, step);
}

/* The same words twice, while they are in the cache. */
static __attribute__((noinline)) void gather_watched(
	struct lt_scan_state *t, uintptr_t start, uintptr_t end, uint32_t from)
{
	for (uintptr_t at = start, next; at < end; at = next) {
		next = end - at > WATCHED ? at + WATCHED : end;
		lt_scan_watch(t, at, next, t->s->step);
		if (t->s->n_blocks)
			gather_by(t, at, next, from);
	}
}

/* The words from start to end, whole ones. */
static void read_words(struct lt_scan_state *t, uintptr_t start, uintptr_t end, uint32_t from)
{
	unsigned step = t->s->step;

	start = (start + step - 1) & ~(uintptr_t)(step - 1);
	if (end < start + sizeof(uintptr_t))
		return;
	end -= sizeof(uintptr_t) - 1;
	if (__builtin_expect(t->watch.on, 0))
		gather_watched(t, start, end, from);
	else
		gather_by(t, start, end, from);
}

void lt_scan_read_block(struct lt_scan_state *t, uint32_t i)
{
	const struct lt_scan_block *b = &t->s->blocks[i];
	const struct lt_scan_ranges *skip = &t->s->skip;
	uintptr_t at = b->addr, end = b->addr + b->size;

	if (lt_scan_touches(*skip, at, end)) {
		uint32_t k = lt_scan_range_at(*skip, at);
		for (; k < skip->n && skip->range[k].start < end; k++) {
			if (skip->range[k].start > at)
				read_words(t, at, skip->range[k].start, i);
			at = skip->range[k].end;
		}
	}
	if (at < end)
		read_words(t, at, end, i);
}

static void ask_ahead(const struct lt_scan_state *t, uint32_t last)
{
	const struct lt_scan_block *blocks = t->s->blocks;

	if (last - t->head > BLOCKS_AHEAD)
		__builtin_prefetch(&blocks[t->queue[t->head + BLOCKS_AHEAD]]);
	if (last - t->head > WORDS_AHEAD) {
		const struct lt_scan_block *b = &blocks[t->queue[t->head + WORDS_AHEAD]];
		uintptr_t line = b->addr & ~(uintptr_t)(LT_SCAN_LINE - 1), end = b->addr + b->size;
		for (unsigned k = 0; k < LINES_AHEAD && line < end; k++, line += LT_SCAN_LINE)
			__builtin_prefetch((const void *)line);
	}
}

/* Puts a large part of all blocks, the queue from head to tail, into the order of addresses: so
 * they are read page by page. */
static void put_in_order(struct lt_scan_state *t)
{
	uint32_t words = t->s->n_blocks / 64 + 1, at = t->head;

	if ((uint64_t)(t->tail - t->head) * 64 < t->s->n_blocks)
		return;
	__builtin_memset(t->chosen, 0, words * sizeof(*t->chosen));
	for (uint32_t k = t->head; k < t->tail; k++)
		t->chosen[t->queue[k] / 64] |= 1ull << t->queue[k] % 64;
	for (uint32_t w = 0; w < words; w++)
		for (uint64_t left = t->chosen[w]; left; left &= left - 1)
			t->queue[at++] = w * 64 + (uint32_t)__builtin_ctzll(left);
}

void lt_scan_read_root(struct lt_scan_state *t, const struct lt_scan_root *r)
{
	uintptr_t at = r->start, end = r->end;

	while (t->watch.on && at < r->end) {
		end = lt_scan_watch_part(t, at, r->end);
		read_words(t, at, end, LT_SCAN_NO_BLOCK);
		at = end;
	}
	t->watch.inside = 0;
	if (at < end)
		read_words(t, at, end, LT_SCAN_NO_BLOCK);
}

void lt_scan_read_word(struct lt_scan_state *t, const struct lt_scan_word *w)
{
	uintptr_t at = (uintptr_t)&w->value;

	if (t->watch.on)
		gather_watched(t, at, at + 1, LT_SCAN_NO_BLOCK);
	else
		gather(t, at, at + 1, LT_SCAN_NO_BLOCK, sizeof(uintptr_t));
}

void lt_scan_search(struct lt_scan_state *t)
{
	while (lt_scan_flush(t), t->head < t->tail) {
		put_in_order(t);
		for (uint32_t end = t->tail; t->head < end; t->head++) {
			ask_ahead(t, end);
			lt_scan_read_block(t, t->queue[t->head]);
		}
	}
	t->head = t->tail = 0;
}
