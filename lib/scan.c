/* Three rounds of breadth-first search. The first follows pointers to starts from the roots: what
 * it finds is reachable. On its way it notes the blocks that interior pointers lead to; from those
 * of them that it did not find, the second follows all pointers. The third goes over the rest.
 *
 * Searches mostly wait for memory. So words that may be pointers are gathered, some hundred at a
 * time, and the steps of finding their blocks are done for all of them before the next step, each
 * asking for the memory that the next one reads. So are the blocks that stand next in the queue. */
#include "lib/scan.h"
#include "lib/scan_in.h"

enum {
	BATCH = 128,       /* words looked at before what they point to is found */
	BLOCKS_AHEAD = 24, /* how far ahead in the queue the memory is asked for: descriptions, */
	WORDS_AHEAD = 12,  /* contents, */
	LINES_AHEAD = 4,   /* and so many lines of these */
	LINE = 64
};

/* Flags of our own, while lost blocks are judged. */
enum {
	POINTED = 8, /* another lost block points to it */
	SEEN = 16
};
_Static_assert((POINTED | SEEN) == LT_SCAN_PRIVATE, "the header leaves these two to us");

/* What becomes of a block that a pointer leads to. */
enum mode {
	REACH,   /* reachable, or possible if the pointer is not good enough */
	SUPPOSE, /* possible */
	POINT,   /* is pointed to by a lost block */
	SEE,     /* seen, if lost */
	OWN      /* indirect, if lost, and its leader's who points to it */
};

struct candidate {
	uintptr_t value, via;
	uint32_t from; /* the block that via lies in; LT_SCAN_NO_BLOCK: a root */
	uint32_t slot;
	struct lt_scan_search search;
};

struct lt_scan_state {
	struct lt_scan_index x;
	struct lt_scan *s;
	enum mode mode;
	uint32_t n; /* candidates */
	uint32_t head, tail;
	uint32_t *leader; /* of each lost block */
	uint32_t *queue;  /* blocks whose words are to be looked at, from head to tail */
	uint32_t *list;   /* stands behind the queue */
	uint64_t *bits;   /* one for each block, and some */
	struct candidate candidate[2 * BATCH];
};

static struct lt_scan_state *state_of(const struct lt_scan *s)
{
	return s->work;
}

static size_t up(size_t n)
{
	return (n + LINE - 1) & ~(size_t)(LINE - 1);
}

size_t lt_scan_work(uint32_t n_blocks)
{
	return up(sizeof(struct lt_scan_state)) + 3 * (size_t)n_blocks * sizeof(uint32_t) + LINE +
	       ((size_t)n_blocks / 64 + 1) * sizeof(uint64_t) + lt_scan_index_space(n_blocks);
}

static void judge(struct lt_scan *s, struct lt_scan_block *b, enum lt_scan_verdict v)
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
	const struct candidate *c, enum lt_scan_by by)
{
	struct lt_scan_block *b = &t->s->blocks[i];

	judge(t->s, b, v);
	b->by = by;
	b->via = c->via;
	b->flags =
		(b->flags & ~LT_SCAN_ROOTED) | (c->from == LT_SCAN_NO_BLOCK ? LT_SCAN_ROOTED : 0);
}

static void push(struct lt_scan_state *t, uint32_t i)
{
	t->queue[t->tail++] = i;
}

static void reach(struct lt_scan_state *t, uint32_t i, const struct candidate *c)
{
	struct lt_scan_block *b = &t->s->blocks[i];
	enum lt_scan_by by = LT_SCAN_BY_START;

	if (b->verdict == LT_SCAN_REACHABLE)
		return;
	if (c->value != b->addr)
		by = lt_scan_heuristic(t->s, b, c->value);
	bool good = by != LT_SCAN_BY_INTERIOR && by != LT_SCAN_BY_END;
	if (b->verdict == LT_SCAN_POSSIBLE) {
		if (!good)
			return;
		unjudge(t->s, b);
	}
	found(t, i, good ? LT_SCAN_REACHABLE : LT_SCAN_POSSIBLE, c, by);
	if (good)
		push(t, i);
}

static enum lt_scan_by plain_by(const struct lt_scan_block *b, uintptr_t p)
{
	return p == b->addr             ? LT_SCAN_BY_START
	       : p == b->addr + b->size ? LT_SCAN_BY_END
					: LT_SCAN_BY_INTERIOR;
}

/* c points to block i, in whatever way. */
static void follow(struct lt_scan_state *t, uint32_t i, const struct candidate *c)
{
	struct lt_scan_block *b = &t->s->blocks[i];

	if (t->mode == REACH) {
		reach(t, i, c);
		return;
	}
	if (b->verdict != LT_SCAN_LOST)
		return;
	switch (t->mode) {
	case POINT:
		if (c->from != i)
			b->flags |= POINTED;
		break;
	case SEE:
		if (!(b->flags & SEEN)) {
			b->flags |= SEEN;
			push(t, i);
		}
		break;
	case OWN:
		t->leader[i] = t->leader[c->from];
		found(t, i, LT_SCAN_INDIRECT, c, plain_by(b, c->value));
		push(t, i);
		break;
	default:
		found(t, i, LT_SCAN_POSSIBLE, c, plain_by(b, c->value));
		push(t, i);
	}
}

/* Follows all candidates, in their order. */
static void flush(struct lt_scan_state *t)
{
	const struct lt_scan_index *x = &t->x;
	struct candidate *c, *end = t->candidate + t->n;

	for (c = t->candidate; c < end; c++) {
		c->slot = lt_scan_slot(x, c->value);
		if (c->slot != LT_SCAN_NO_BLOCK)
			__builtin_prefetch(&x->table[c->slot]);
	}
	for (c = t->candidate; c < end; c++) {
		if (c->slot == LT_SCAN_NO_BLOCK)
			c->search = lt_scan_below(x, c->value);
		else
			c->search =
				(struct lt_scan_search){x->table[c->slot], x->table[c->slot + 1]};
		__builtin_prefetch(&x->blocks[c->search.hi - 1]);
	}
	for (c = t->candidate; c < end; c++) {
		uint32_t i = lt_scan_last_below(x, c->search, c->value);
		if (c->value - x->blocks[i].addr <= x->blocks[i].size)
			follow(t, i, c);
	}
	t->s->pointers += t->n;
	t->n = 0;
}

/* Gathers what may be pointers. Such a word is written down in any case, and stays if it is one: no
 * branch that cannot be foretold. */
static inline __attribute__((always_inline)) void gather(
	struct lt_scan_state *t, uintptr_t p, uintptr_t end, uint32_t from, unsigned step)
{
	uintptr_t base = t->x.base, span = t->x.span;

	while (p < end) {
		struct candidate *c = t->candidate + t->n;
		uintptr_t stop = end - p > BATCH * step ? p + BATCH * step : end;
		for (; p < stop; p += step) {
			uintptr_t value = lt_scan_load(p);
			c->value = value;
			c->via = p;
			c->from = from;
			c += value - base <= span;
		}
		t->n = c - t->candidate;
		if (t->n >= BATCH)
			flush(t);
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
	t->s->words_read += (end - start + step - 1) / step;
	if (step == sizeof(uintptr_t))
		gather(t, start, end, from, sizeof(uintptr_t));
	else
		gather(t, start, end, from, step);
}

static void read_block(struct lt_scan_state *t, uint32_t i)
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
		uintptr_t line = b->addr & ~(uintptr_t)(LINE - 1), end = b->addr + b->size;
		for (unsigned k = 0; k < LINES_AHEAD && line < end; k++, line += LINE)
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
	__builtin_memset(t->bits, 0, words * sizeof(*t->bits));
	for (uint32_t k = t->head; k < t->tail; k++)
		t->bits[t->queue[k] / 64] |= 1ull << t->queue[k] % 64;
	for (uint32_t w = 0; w < words; w++)
		for (uint64_t left = t->bits[w]; left; left &= left - 1)
			t->queue[at++] = w * 64 + (uint32_t)__builtin_ctzll(left);
}

/* Follows all that can be reached from the candidates and the queue, then empties it. What is
 * equally far from the beginning is taken together. */
static void search(struct lt_scan_state *t)
{
	while (flush(t), t->head < t->tail) {
		put_in_order(t);
		for (uint32_t end = t->tail; t->head < end; t->head++) {
			ask_ahead(t, end);
			read_block(t, t->queue[t->head]);
		}
	}
	t->head = t->tail = 0;
}

static void search_roots(struct lt_scan_state *t)
{
	struct lt_scan *s = t->s;

	t->mode = REACH;
	for (uint32_t i = 0; i < s->n_blocks; i++) {
		if (s->blocks[i].flags & LT_SCAN_HELD) {
			judge(s, &s->blocks[i], LT_SCAN_REACHABLE);
			push(t, i);
		}
	}
	for (uint32_t i = 0; i < s->n_words; i++) {
		uintptr_t at = (uintptr_t)&s->words[i].value;
		gather(t, at, at + 1, LT_SCAN_NO_BLOCK, sizeof(uintptr_t));
	}
	for (uint32_t i = 0; i < s->n_roots; i++)
		read_words(t, s->roots[i].start, s->roots[i].end, LT_SCAN_NO_BLOCK);
	search(t);
}

static void search_possible(struct lt_scan_state *t)
{
	struct lt_scan *s = t->s;

	t->mode = SUPPOSE;
	for (uint32_t i = 0, left = s->count[LT_SCAN_POSSIBLE]; left; i++) {
		if (s->blocks[i].verdict == LT_SCAN_POSSIBLE) {
			push(t, i);
			left--;
		}
	}
	search(t);
}

static void lead(struct lt_scan_state *t, uint32_t i)
{
	judge(t->s, &t->s->blocks[i], LT_SCAN_DEFINITE);
	t->leader[i] = i;
	push(t, i);
}

/* Puts all blocks that are lost into the list. Returns how many there are. */
static uint32_t list_lost(struct lt_scan_state *t)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->s->n_blocks; i++)
		if (t->s->blocks[i].verdict == LT_SCAN_LOST)
			t->list[n++] = i;
	return n;
}

/* The blocks that no other lost block points to are leaders, and own what they lead to. */
static void search_led(struct lt_scan_state *t, uint32_t n)
{
	t->mode = POINT;
	for (uint32_t k = 0; k < n; k++)
		push(t, t->list[k]);
	search(t);
	t->mode = OWN;
	for (uint32_t k = 0; k < n; k++)
		if (!(t->s->blocks[t->list[k]].flags & POINTED))
			lead(t, t->list[k]);
	search(t);
}

typedef uint64_t __attribute__((may_alias)) aliasing_pair;

/* Puts all blocks that are lost into the list, by birth. Queue and list together have the room. */
static uint32_t list_by_birth(struct lt_scan_state *t)
{
	uint32_t n = list_lost(t);
	aliasing_pair *pair = (aliasing_pair *)t->queue;

	/* Pair k ends where or before list entry k ends, so none is overwritten before it is read.
	 */
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = t->list[k];
		pair[k] = (uint64_t)t->s->blocks[i].birth << 32 | i;
	}
	lt_scan_sort((uint64_t *)t->queue, n, 1);
	for (uint32_t k = 0; k < n; k++)
		t->queue[k] = (uint32_t)pair[k];
	__builtin_memmove(t->list, t->queue, n * sizeof(*t->list));
	return n;
}

/* What no such leader leads to is led to by cycles that nothing leads to. Going by birth, we search
 * from each block that has not been seen. Of a cycle that nothing leads to, the block from which it
 * was first seen is the first born. Searches that began elsewhere did so before that cycle was
 * seen, and can be reached from it or one like it; so they are found out by going backwards. */
static void search_cycles(struct lt_scan_state *t)
{
	uint32_t n = list_by_birth(t), starts = 0;

	t->mode = SEE;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = t->list[k];
		if (t->s->blocks[i].flags & SEEN)
			continue;
		t->s->blocks[i].flags |= SEEN;
		t->list[starts++] = i;
		push(t, i);
		search(t);
	}
	t->mode = OWN;
	while (starts--) {
		uint32_t i = t->list[starts];
		if (t->s->blocks[i].verdict != LT_SCAN_LOST)
			continue;
		t->s->blocks[i].flags |= LT_SCAN_CYCLE;
		lead(t, i);
		search(t);
	}
}

static uint64_t judged(const struct lt_scan *s)
{
	uint64_t n = 0;

	for (unsigned v = LT_SCAN_LOST + 1; v < LT_SCAN_VERDICTS; v++)
		n += s->count[v];
	return n;
}

/* Lays out the work space. */
static struct lt_scan_state *begin(struct lt_scan *s)
{
	struct lt_scan_state *t = state_of(s);
	size_t n = s->n_blocks;

	t->s = s;
	t->n = t->head = t->tail = 0;
	t->queue = (uint32_t *)((char *)t + up(sizeof(*t)));
	t->list = t->queue + n;
	t->leader = t->list + n;
	t->bits = (uint64_t *)up((size_t)(t->leader + n));
	lt_scan_sort((uint64_t *)s->blocks, s->n_blocks, sizeof(*s->blocks) / sizeof(uint64_t));
	lt_scan_index(&t->x, s->blocks, s->n_blocks, t->bits + n / 64 + 1);
	return t;
}

void lt_scan_run(struct lt_scan *s)
{
	for (unsigned v = 0; v < LT_SCAN_VERDICTS; v++)
		s->count[v] = s->bytes[v] = 0;
	s->words_read = s->pointers = 0;
	if (s->step == 0)
		s->step = sizeof(uintptr_t);
	if (s->n_blocks == 0)
		return;
	struct lt_scan_state *t = begin(s);
	search_roots(t);
	search_possible(t);
	if (judged(s) == s->n_blocks)
		return;
	search_led(t, list_lost(t));
	if (judged(s) < s->n_blocks)
		search_cycles(t);
}

uint32_t lt_scan_find(const struct lt_scan *s, uintptr_t addr)
{
	if (s->n_blocks == 0 || addr - state_of(s)->x.base > state_of(s)->x.span)
		return LT_SCAN_NO_BLOCK;
	const struct lt_scan_index *x = &state_of(s)->x;
	uint32_t slot = lt_scan_slot(x, addr);
	struct lt_scan_search f = slot == LT_SCAN_NO_BLOCK ? lt_scan_below(x, addr)
							   : (struct lt_scan_search){x->table[slot],
								     x->table[slot + 1]};
	uint32_t i = lt_scan_last_below(x, f, addr);
	return addr - s->blocks[i].addr <= s->blocks[i].size ? i : LT_SCAN_NO_BLOCK;
}

uint32_t lt_scan_leader(const struct lt_scan *s, uint32_t block)
{
	return state_of(s)->leader[block];
}

struct lt_scan_holder lt_scan_holder(const struct lt_scan *s, uint32_t block)
{
	struct lt_scan_holder h = {.in = LT_SCAN_IN_NOTHING};
	uintptr_t via = s->blocks[block].via;

	if (via && !(s->blocks[block].flags & LT_SCAN_ROOTED)) {
		h.in = LT_SCAN_IN_BLOCK;
		h.index = lt_scan_find(s, via);
		h.offset = via - s->blocks[h.index].addr;
		return h;
	}
	for (uint32_t i = 0; via && i < s->n_words; i++)
		if (via == (uintptr_t)&s->words[i].value)
			return (struct lt_scan_holder){.in = LT_SCAN_IN_WORD, .index = i};
	for (uint32_t i = 0; via && i < s->n_roots; i++)
		if (via >= s->roots[i].start && via < s->roots[i].end)
			return (struct lt_scan_holder){.in = LT_SCAN_IN_ROOT,
				.index = i,
				.offset = via - s->roots[i].start};
	return h;
}
