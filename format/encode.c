/* Columns: alike things stand together, each as what the guess from the body's past (context.h)
 * leaves open, so that little is left to zstd. What a column holds for which event is in
 * doc/FORMAT.
 */
#include "format/encode.h"

#include <string.h>
#include "format/varint.h"

#define INLINE static inline __attribute__((always_inline))

/* Without a branch for the usual, because how long it is changes at random. */
INLINE void put(struct ltf_encoder *e, int col, uint64_t v)
{
	uint8_t *p = e->at[col];
	unsigned two = v > 0x7f;
	if (__builtin_expect(v >= 1 << 14, 0)) {
		e->at[col] = ltf_put(p, v);
		return;
	}
	ltf_store16(p, (uint16_t)(v + (v & ~UINT64_C(0x7f)) + (two << 7)));
	e->at[col] = p + 1 + two;
}

INLINE uint32_t zigzag32(uint32_t v)
{
	return v << 1 ^ (uint32_t)((int32_t)v >> 31);
}

INLINE void put_byte(struct ltf_encoder *e, int col, unsigned v)
{
	*e->at[col]++ = (uint8_t)v;
}

void ltf_encode_begin(struct ltf_encoder *e)
{
	ltf_context_begin(&e->c);
	for (int i = 0; i < LTF_COLUMNS; i++)
		e->at[i] = e->column[i];
}

bool ltf_encode_fits(const struct ltf_encoder *e, size_t n)
{
	for (int i = 0; i < LTF_COLUMNS; i++)
		if ((size_t)(e->at[i] - e->column[i]) + LTF_COLUMN_PER_WORD * n + 64 >
			LTF_COLUMN_ROOM)
			return false;
	return true;
}

/* Returns whether the number is not the next one. */
INLINE unsigned put_number(struct ltf_encoder *e, uint64_t addr, uint32_t number)
{
	uint32_t *next = ltf_context_number(&e->c, LTF_REGION(addr << 3));
	uint32_t off = number - *next;
	*next = number + 1;
	if (off == 0)
		return 0;
	put(e, LTF_COL_NUMBER, ltf_zigzag((int32_t)off));
	return 1;
}

INLINE void set_numbered(struct ltf_encoder *e, bool numbered)
{
	if (__builtin_expect(e->c.numbered != numbered, 0)) {
		e->c.numbered = numbered;
		put_byte(e, LTF_COL_OPS, LTF_OP_TOGGLE);
	}
}

/* What each ALLOC and FREE changes: in registers from one to the next. (A column's bytes may lie
 * anywhere for the compiler: after each it would read all this again.) */
struct quick {
	uint8_t *ops, *addrs;
	uint64_t sites; /* site << 32 | site_before */
	uint64_t behind, released, last;
	uint32_t count, freed;
};

INLINE struct quick quick_begin(const struct ltf_encoder *e)
{
	const struct ltf_context *c = &e->c;
	return (struct quick){.ops = e->at[LTF_COL_OPS],
		.addrs = e->at[LTF_COL_ADDR],
		.sites = (uint64_t)c->site << 32 | c->site_before,
		.behind = c->behind,
		.released = c->released,
		.last = c->last,
		.count = c->count,
		.freed = c->freed};
}

INLINE void quick_end(struct ltf_encoder *e, const struct quick *q)
{
	struct ltf_context *c = &e->c;
	e->at[LTF_COL_OPS] = q->ops;
	e->at[LTF_COL_ADDR] = q->addrs;
	c->site = (uint32_t)(q->sites >> 32);
	c->site_before = (uint32_t)q->sites;
	c->behind = q->behind;
	c->released = q->released;
	c->last = q->last;
	c->count = q->count;
	c->freed = q->freed;
}

INLINE void put_op(struct quick *q, unsigned op)
{
	*q->ops++ = (uint8_t)op;
}

/* How a block is told, and the bytes that say which it is. */
struct told {
	uint64_t bytes;
	unsigned len, way;
};

/* 2, 3 or 6 bytes: the way is the first of three. Distances are in grains. */
INLINE struct told by_addr(const struct quick *q, uint64_t addr, unsigned way)
{
	int64_t d = (int64_t)(addr - q->last);
	unsigned far = d != (int32_t)(int16_t)(d >> 1) * 2;
	if (__builtin_expect((d & 1) || d < -(1 << 24) || d >= 1 << 24, 0))
		return (struct told){addr, 6, way + 2};
	return (struct told){(uint64_t)d >> 1, 2 + far, way + far};
}

INLINE unsigned put_told(struct quick *q, struct told told)
{
	ltf_store(q->addrs, told.bytes);
	q->addrs += told.len;
	return told.way;
}

INLINE unsigned hash(uint64_t addr)
{
	return (unsigned)(addr * 0x9e3779b97f4a7c15ull >> (64 - LTF_FIND_BITS));
}

/* How many before the last the address is on the class's stack; LTF_STACKED: it is not. */
INLINE unsigned stacked(const struct ltf_context *c, unsigned class, uint64_t addr)
{
	const uint64_t *at = c->stacks[class].addr;
	unsigned i = at[0] == addr ? 0 : at[1] == addr ? 1 : at[2] == addr ? 2 : 3;
	return at[i] == addr ? (c->top[class] - i) & (LTF_STACKED - 1) : LTF_STACKED;
}

/* The likeliest ways first, and by branches: what a predicted branch leads to need not wait for
 * what the event before has stored. */
INLINE unsigned alloc_way(
	struct ltf_encoder *e, struct quick *q, uint64_t addr, unsigned class, uint64_t grains)
{
	struct ltf_context *c = &e->c;
	unsigned way;
	if (*ltf_stack_at(c, class, 0) == addr) {
		ltf_stack_take(c, class, 0);
		return LTF_ALLOC_STACKED;
	}
	if (q->behind == addr) {
		way = LTF_ALLOC_BEHIND;
	} else if ((way = stacked(c, class, addr)) < LTF_STACKED) {
		ltf_stack_take(c, class, way);
		return LTF_ALLOC_STACKED + way;
	} else if (q->released == addr) {
		return LTF_ALLOC_RELEASED;
	} else if ((way = stacked(c, LTF_CLASS_UNKNOWN, addr)) <
		   LTF_ALLOC_NEAR - LTF_ALLOC_UNKNOWN) {
		ltf_stack_take(c, LTF_CLASS_UNKNOWN, way);
		return LTF_ALLOC_UNKNOWN + way;
	} else {
		way = put_told(q, by_addr(q, addr, LTF_ALLOC_NEAR));
	}
	q->behind = ltf_behind(addr, grains);
	return way;
}

INLINE void put_api(struct ltf_encoder *e, struct quick *q, unsigned api)
{
	put_op(q, LTF_OP_MORE);
	put_byte(e, LTF_COL_EXTRA, api);
}

/* Returns the op's bits. */
INLINE unsigned put_asked(
	struct ltf_encoder *e, struct quick *q, uint32_t site, uint64_t size, unsigned api)
{
	struct ltf_context *c = &e->c;
	uint64_t *asked = ltf_guess_asked(c, site), asks = ltf_asked(size, api);
	if (*asked == asks && ltf_guessed_size(asks) == size)
		return 0;
	unsigned op = 0;
	if (ltf_guessed_size(*asked) != size) {
		op = LTF_OP_SIZE;
		put(e, LTF_COL_SIZE, size);
	}
	if (__builtin_expect((*asked ^ asks) & LTF_ASKED_API, 0)) {
		unsigned before = q->count ? ltf_recent_api(*ltf_recent_at(c, q->count - 1)) : 0;
		if (ltf_guessed_api(*asked, before) != api)
			put_api(e, q, api);
	}
	*asked = asks;
	return op;
}

INLINE unsigned put_site(struct ltf_encoder *e, struct quick *q, uint32_t site)
{
	uint32_t *guess = &e->c.follows[ltf_guess_at(q->sites)];
	uint32_t step = site - (uint32_t)(q->sites >> 32);
	q->sites = (uint64_t)site << 32 | q->sites >> 32;
	if (*guess == site)
		return 0;
	put(e, LTF_COL_SITE, zigzag32(step));
	*guess = site;
	return LTF_OP_SITE;
}

/* block: address << 20 | api << 16. */
INLINE void put_alloc(struct ltf_encoder *e, struct quick *q, uint64_t block, uint64_t size,
	uint32_t site, bool numbered, uint32_t number)
{
	struct ltf_context *c = &e->c;
	uint64_t addr = block >> 20, grains = ltf_grains(size);
	unsigned class = ltf_class(grains);
	unsigned op = put_asked(e, q, site, size, ltf_recent_api(block));
	op |= put_site(e, q, site);
	if (numbered && put_number(e, addr, number))
		op |= LTF_OP_ALLOC_NUMBER;
	op |= alloc_way(e, q, addr, class, grains);
	e->find[hash(addr)] = (uint16_t)q->count;
	*ltf_recent_at(c, q->count++) = block | class;
	q->last = addr;
	put_op(q, op);
}

/* The number of the recent block at addr: true when there is one. */
INLINE bool find(struct ltf_encoder *e, const struct quick *q, uint64_t addr, uint32_t *number)
{
	uint32_t back = (q->count - e->find[hash(addr)]) & 0xffff;
	uint32_t most = q->count < LTF_RECENT ? q->count : LTF_RECENT;
	*number = q->count - back;
	return (back - 1 < most) & (*ltf_recent_at(&e->c, *number) >> 20 == addr);
}

INLINE struct told by_number(const struct quick *q, uint32_t number)
{
	int32_t step = (int32_t)(number - q->freed);
	unsigned far = step != (int8_t)step;
	return (struct told){(uint64_t)step, 1 + far, LTF_FREE_BYTE + far};
}

/* Where a block is not told by the op alone, whether it has a number, and how far it is, changes at
 * random: no branches. */
INLINE unsigned free_way(struct quick *q, uint64_t addr, bool found, uint32_t number)
{
	int32_t at = (int32_t)(number - q->freed) - LTF_STEP_LEAST;
	bool small = (uint32_t)at <= LTF_STEP_MOST - LTF_STEP_LEAST;
	if (found && (small || number + 1 == q->count)) {
		q->freed = number;
		return small ? LTF_FREE_STEP + (unsigned)at : LTF_FREE_LATEST;
	}
	struct told told = by_number(q, number), other = by_addr(q, addr, LTF_FREE_NEAR);
	q->freed = found ? number : q->freed;
	told.bytes = found ? told.bytes : other.bytes;
	told.len = found ? told.len : other.len;
	told.way = found ? told.way : other.way;
	return put_told(q, told);
}

INLINE void put_free(struct ltf_encoder *e, struct quick *q, unsigned tag, uint64_t block,
	uint32_t site, bool numbered, uint32_t number)
{
	struct ltf_context *c = &e->c;
	uint64_t addr = block >> 20;
	unsigned op = LTF_OP_FREE, api = ltf_recent_api(block);
	uint32_t which;
	if (numbered && put_number(e, addr, number))
		op |= LTF_OP_FREE_NUMBER;
	bool found = find(e, q, addr, &which);
	uint64_t r = *ltf_recent_at(c, which);
	op |= free_way(q, addr, found, which);
	unsigned class = found ? r & 0xff : LTF_CLASS_UNKNOWN;
	unsigned guessed_api = found ? ltf_release_api(ltf_recent_api(r)) : c->free_api;
	if (tag == LTF_W_FREE)
		c->free_api = (uint8_t)api;
	else
		guessed_api = LTF_API_REALLOC;
	if (tag == LTF_W_RELEASE)
		op |= LTF_OP_RELEASE;
	if (tag == LTF_W_RESTORE)
		put_op(q, LTF_OP_RESTORE);
	if (__builtin_expect(guessed_api != api || site != LTF_SITE_NONE, 0)) {
		put_api(e, q, api);
		put(e, LTF_COL_EXTRA, site);
	}
	ltf_stack_put(c, class, addr);
	q->released = q->last = addr;
	put_op(q, op);
}

static void put_node(struct ltf_encoder *e, const struct ltf_event *ev)
{
	struct ltf_context *c = &e->c;
	uint64_t *guess = &c->pc_after[ltf_guess_at(c->pc)];
	unsigned op = LTF_OP_NODE;
	if (ev->id != c->node + 1) {
		op |= LTF_OP_NODE_ID;
		put(e, LTF_COL_EXTRA, ltf_zigzag((int32_t)(ev->id - c->node)));
	}
	if (ev->parent != c->node) {
		op |= LTF_OP_NODE_PARENT;
		put(e, LTF_COL_EXTRA, ltf_zigzag((int32_t)(ev->id - ev->parent)));
	}
	if (*guess != ev->pc) {
		op |= LTF_OP_NODE_PC;
		put(e, LTF_COL_EXTRA, ltf_zigzag((int64_t)(ev->pc - c->pc)));
	}
	if (ev->module != c->module || ev->flags) {
		op |= LTF_OP_NODE_MODULE;
		put(e, LTF_COL_EXTRA, ev->module);
		put(e, LTF_COL_EXTRA, ev->flags);
	}
	*guess = c->pc = ev->pc;
	c->node = ev->id;
	c->module = ev->module;
	put_byte(e, LTF_COL_OPS, op);
}

static void put_res(struct ltf_encoder *e, const struct ltf_event *ev)
{
	set_numbered(e, ev->numbered);
	put(e, LTF_COL_EXTRA, ev->id);
	put(e, LTF_COL_EXTRA, ev->nargs);
	put(e, LTF_COL_EXTRA, ev->site);
	for (int i = 0; i < ev->nargs; i++)
		put(e, LTF_COL_EXTRA, ev->args[i]);
	if (ev->numbered)
		put(e, LTF_COL_EXTRA, ev->number);
}

static void put_other(struct ltf_encoder *e, const struct ltf_event *ev)
{
	switch (ev->tag) {
	case LTF_W_NODE:
		put_node(e, ev);
		return;
	case LTF_W_TIME:
		put(e, LTF_COL_EXTRA, ltf_zigzag((int64_t)(ev->time - e->c.time)));
		e->c.time = ev->time;
		break;
	case LTF_W_BLOB:
		put(e, LTF_COL_EXTRA, ev->id);
		put(e, LTF_COL_EXTRA, ev->blob_len);
		memcpy(e->at[LTF_COL_EXTRA], ev->blob, ev->blob_len);
		e->at[LTF_COL_EXTRA] += ev->blob_len;
		break;
	case LTF_W_RES:
		put_res(e, ev);
		break;
	case LTF_W_WITHDRAWN:
		put(e, LTF_COL_EXTRA, ev->id);
		put(e, LTF_COL_EXTRA, ev->number);
		break;
	default:
		return;
	}
	put_byte(e, LTF_COL_OPS, LTF_OP_OTHER | ev->tag);
}

enum { QUICK_WORDS = 3 /* of an ALLOC, at most */ };

/* The two events that dumps consist of, straight from their words: the way through struct ltf_event
 * costs as much again. False where it is not plain: huge, with a site, damaged, or where numbers
 * begin or end. */
INLINE bool quick_alloc(
	struct ltf_encoder *e, struct quick *q, uint64_t lead, const uint64_t *w, bool numbered)
{
	uint64_t flags = LTF_ALLOC_NUMBERED | LTF_ALLOC_HUGE;
	if ((w[1] & (LTF_LEAD(15) | flags)) != LTF_CONT(numbered ? LTF_ALLOC_NUMBERED : 0))
		return false;
	if (numbered && LTF_TAG(w[2]) != LTF_W_CONT)
		return false;
	uint64_t size = (lead & 0xfff) | (w[1] >> 2 & ((1ULL << 28) - 1)) << 12;
	put_alloc(e, q, lead << 4 & ~UINT64_C(0xffff), size, w[1] >> 30 & LTF_SITE_MAX, numbered,
		numbered ? (uint32_t)w[2] : 0);
	return true;
}

INLINE bool quick_free(
	struct ltf_encoder *e, struct quick *q, uint64_t lead, const uint64_t *w, bool numbered)
{
	uint64_t flags = LTF_FREE_STACKED | LTF_FREE_NUMBERED;
	if ((lead & flags) != (numbered ? LTF_FREE_NUMBERED : 0))
		return false;
	if (numbered && LTF_TAG(w[1]) != LTF_W_CONT)
		return false;
	put_free(e, q, LTF_W_FREE, lead << 4 & ~UINT64_C(0xffff), LTF_SITE_NONE, numbered,
		numbered ? (uint32_t)w[1] : 0);
	return true;
}

INLINE bool is_block(uint64_t lead)
{
	return LTF_TAG(lead) == LTF_W_ALLOC || LTF_TAG(lead) == LTF_W_FREE;
}

/* Takes ALLOCs and FREEs as long as they come and are plain. Returns the words taken. */
INLINE size_t quick_events(
	struct ltf_encoder *e, const uint64_t *w, size_t n, bool numbered, uint32_t *events)
{
	struct quick q = quick_begin(e);
	const uint64_t *at = w, *end = w + n;
	uint32_t taken = 0;
	for (; at + QUICK_WORDS <= end; taken++) {
		/* Lead words are committed last, by another thread: what lies behind a lead that is
		 * seen here is complete. */
		uint64_t lead = __atomic_load_n(at, __ATOMIC_ACQUIRE);
		if (LTF_TAG(lead) == LTF_W_ALLOC) {
			if (!quick_alloc(e, &q, lead, at, numbered))
				break;
			at += 2 + numbered;
		} else if (LTF_TAG(lead) == LTF_W_FREE) {
			if (!quick_free(e, &q, lead, at, numbered))
				break;
			at += 1 + numbered;
		} else {
			break;
		}
	}
	quick_end(e, &q);
	*events += taken;
	return (size_t)(at - w);
}

/* A RES with one argument and without a number, as regions are: likewise. Returns the words taken.
 */
static size_t quick_res(struct ltf_encoder *e, const uint64_t *w, size_t n, uint64_t lead)
{
	const uint64_t shape = LTF_LEAD(15) | UINT64_C(31) << 47;
	if ((lead & shape) != (LTF_LEAD(LTF_W_RES) | UINT64_C(2) << 48) || n < 3 ||
		LTF_TAG(w[1]) != LTF_W_CONT || LTF_TAG(w[2]) != LTF_W_CONT)
		return 0;
	set_numbered(e, false);
	put(e, LTF_COL_EXTRA, lead >> 52 & 0xff);
	put(e, LTF_COL_EXTRA, 1);
	put(e, LTF_COL_EXTRA, w[1] & LTF_SITE_MAX);
	put(e, LTF_COL_EXTRA, w[2] & LTF_MASK60);
	put_byte(e, LTF_COL_OPS, LTF_OP_OTHER | LTF_W_RES);
	return 3;
}

static void put_block(struct ltf_encoder *e, const struct ltf_event *ev)
{
	uint64_t block = (ev->addr >> 3) << 20 | (uint64_t)(ev->api & 15) << 16;
	set_numbered(e, ev->numbered);
	struct quick q = quick_begin(e);
	if (ev->tag == LTF_W_ALLOC)
		put_alloc(e, &q, block, ev->size, ev->site, ev->numbered, ev->number);
	else
		put_free(e, &q, ev->tag, block, ev->site, ev->numbered, ev->number);
	quick_end(e, &q);
}

static void put_event(struct ltf_encoder *e, const struct ltf_event *ev)
{
	switch (ev->tag) {
	case LTF_W_ALLOC:
	case LTF_W_FREE:
	case LTF_W_RELEASE:
	case LTF_W_RESTORE:
		put_block(e, ev);
		break;
	default:
		put_other(e, ev);
	}
}

static void put_run(struct ltf_encoder *e, const struct ltf_run *run)
{
	put(e, LTF_COL_RUNS, run->thread);
	put(e, LTF_COL_RUNS, ltf_zigzag((int64_t)(run->block - e->c.block)));
	put(e, LTF_COL_RUNS, run->first);
	put(e, LTF_COL_RUNS, run->words);
	put(e, LTF_COL_RUNS, run->events);
	e->c.block = run->block;
}

void ltf_encode_run(struct ltf_encoder *e, const uint64_t *words, size_t n, struct ltf_run *run,
	bool skip_holes)
{
	size_t i = 0;
	run->events = 0;
	while (i < n) {
		struct ltf_event ev;
		if (is_block(__atomic_load_n(&words[i], __ATOMIC_RELAXED)))
			i += e->c.numbered ? quick_events(e, words + i, n - i, true, &run->events)
					   : quick_events(e, words + i, n - i, false, &run->events);
		if (i == n)
			break;
		uint64_t lead = __atomic_load_n(&words[i], __ATOMIC_ACQUIRE);
		if (lead == 0 && !skip_holes)
			break;
		size_t took = quick_res(e, words + i, n - i, lead);
		if (took > 0) {
			i += took;
			run->events++;
			continue;
		}
		took = ltf_words_next(words + i, n - i, &ev, e->scratch);
		if (took == 0) {
			if (!skip_holes)
				break;
			i++;
			continue;
		}
		if (ev.tag <= LTF_W_WITHDRAWN) {
			put_event(e, &ev);
			run->events++;
		}
		i += took;
	}
	run->words = (uint32_t)i;
	if (run->events)
		put_run(e, run);
}

size_t ltf_encode_pieces(struct ltf_encoder *e, struct ltf_piece piece[LTF_PIECES])
{
	size_t len[LTF_COLUMNS], total = 0;
	uint8_t *p = e->head;
	for (int i = 0; i < LTF_COLUMNS; i++) {
		len[i] = (size_t)(e->at[i] - e->column[i]);
		p = ltf_put(p, len[i]);
		piece[1 + i] = (struct ltf_piece){e->column[i], len[i]};
		total += len[i];
	}
	piece[0] = (struct ltf_piece){e->head, (size_t)(p - e->head)};
	return total ? total + piece[0].len : 0;
}
