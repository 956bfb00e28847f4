/* Columns: alike things stand together, each as what the guess from the body's past (context.h)
 * leaves open, so that little is left to zstd. What a column holds for which event is in
 * doc/FORMAT.
 */
#include "format/encode.h"

#include <string.h>
#include "format/varint.h"

#define INLINE static inline __attribute__((always_inline))

/* Puts v where wanted is 1; nothing where it is 0. Without a branch for the usual, because whether
 * and how long it is changes at random. */
INLINE void put_if(struct ltf_encoder *e, int col, uint64_t v, unsigned wanted)
{
	uint8_t *p = e->at[col];
	unsigned two = v > 0x7f;
	if (__builtin_expect(v >= 1 << 14, 0)) {
		if (wanted)
			e->at[col] = ltf_put(p, v);
		return;
	}
	p[0] = (uint8_t)(v | (two << 7));
	p[1] = (uint8_t)(v >> 7);
	e->at[col] = p + (wanted << two);
}

INLINE void put(struct ltf_encoder *e, int col, uint64_t v)
{
	put_if(e, col, v, 1);
}

INLINE void put_byte(struct ltf_encoder *e, int col, unsigned v)
{
	*e->at[col]++ = (uint8_t)v;
}

INLINE void put_bytes(struct ltf_encoder *e, int col, uint64_t v, unsigned n)
{
	ltf_store(e->at[col], v);
	e->at[col] += n;
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

/* 2, 3 or 6 bytes: the way is the first of three. Distances are in grains. */
INLINE unsigned put_addr(struct ltf_encoder *e, uint64_t addr, unsigned way)
{
	int64_t d = (int64_t)(addr - e->c.last);
	if (__builtin_expect((d & 1) || d < -(1 << 24) || d >= 1 << 24, 0)) {
		put_bytes(e, LTF_COL_ADDR, addr, 6);
		return way + 2;
	}
	unsigned far = d != (int32_t)(int16_t)(d >> 1) * 2;
	put_bytes(e, LTF_COL_ADDR, (uint64_t)d >> 1, 2 + far);
	return way + far;
}

INLINE unsigned hash(uint64_t addr)
{
	return (unsigned)(addr * 0x9e3779b97f4a7c15ull >> (64 - LTF_FIND_BITS));
}

INLINE unsigned alloc_way(struct ltf_encoder *e, uint64_t addr, unsigned class)
{
	struct ltf_context *c = &e->c;
	if (*ltf_stack_at(c, class, 0) == addr)
		return LTF_ALLOC_STACKED;
	for (unsigned i = 1; i < LTF_STACKED; i++)
		if (*ltf_stack_at(c, class, i) == addr)
			return LTF_ALLOC_STACKED + i;
	if (c->behind == addr)
		return LTF_ALLOC_BEHIND;
	if (c->released == addr)
		return LTF_ALLOC_RELEASED;
	for (unsigned i = 0; i < LTF_ALLOC_NEAR - LTF_ALLOC_UNKNOWN; i++)
		if (*ltf_stack_at(c, LTF_CLASS_UNKNOWN, i) == addr)
			return LTF_ALLOC_UNKNOWN + i;
	return put_addr(e, addr, LTF_ALLOC_NEAR);
}

INLINE void put_alloc(struct ltf_encoder *e, uint64_t addr, unsigned api, uint64_t size,
	uint32_t site, bool numbered, uint32_t number)
{
	struct ltf_context *c = &e->c;
	unsigned op;
	set_numbered(e, numbered);
	uint32_t *guess = ltf_guess_site(c);
	unsigned other_site = *guess != site;
	put_if(e, LTF_COL_SITE, ltf_zigzag((int32_t)(site - c->site)), other_site);
	uint64_t *asked = ltf_guess_asked(c, site);
	unsigned guessed_api = ltf_guessed_api(c, *asked);
	unsigned other_size = ltf_guessed_size(*asked) != size;
	put_if(e, LTF_COL_SIZE, size, other_size);
	op = other_site * LTF_OP_SITE | other_size * LTF_OP_SIZE;
	if (__builtin_expect(guessed_api != api, 0)) {
		put_byte(e, LTF_COL_OPS, LTF_OP_MORE);
		put_byte(e, LTF_COL_EXTRA, api);
	}
	*asked = ltf_asked(size, api);
	c->alloc_api = (uint8_t)api;
	*guess = site;
	ltf_context_site(c, site);
	if (numbered && put_number(e, addr, number))
		op |= LTF_OP_ALLOC_NUMBER;
	unsigned class = ltf_size_class(size), way = alloc_way(e, addr, class);
	e->find[hash(addr)] = (uint16_t)c->count;
	ltf_context_alloc(c, addr, size, api, class, way);
	put_byte(e, LTF_COL_OPS, op | way);
}

/* The number of the recent block at addr: true when there is one. */
INLINE bool find(struct ltf_encoder *e, uint64_t addr, uint32_t *number)
{
	const struct ltf_context *c = &e->c;
	uint32_t back = (c->count - e->find[hash(addr)]) & 0xffff;
	uint32_t most = c->count < LTF_RECENT ? c->count : LTF_RECENT;
	*number = c->count - back;
	return (back - 1 < most) & (c->recent[*number & (LTF_RECENT - 1)] >> 20 == addr);
}

INLINE unsigned free_way(struct ltf_encoder *e, uint32_t number)
{
	struct ltf_context *c = &e->c;
	int32_t step = (int32_t)(number - c->freed);
	c->freed = number;
	unsigned far = step != (int8_t)step, bytes = 1 + far, way = LTF_FREE_BYTE + far;
	bool latest = number + 1 == c->count;
	bool small = step >= LTF_STEP_LEAST && step <= LTF_STEP_MOST;
	way = latest ? LTF_FREE_LATEST : way;
	way = small ? (unsigned)(LTF_FREE_STEP + step - LTF_STEP_LEAST) : way;
	put_bytes(e, LTF_COL_ADDR, (uint64_t)step, latest || small ? 0 : bytes);
	return way;
}

INLINE void put_free(struct ltf_encoder *e, unsigned tag, uint64_t addr, unsigned api,
	uint32_t site, bool numbered, uint32_t number)
{
	struct ltf_context *c = &e->c;
	unsigned op = LTF_OP_FREE, class = LTF_CLASS_UNKNOWN, guessed_api = c->free_api;
	uint32_t which;
	set_numbered(e, numbered);
	if (numbered && put_number(e, addr, number))
		op |= LTF_OP_FREE_NUMBER;
	if (find(e, addr, &which)) {
		uint64_t r = c->recent[which & (LTF_RECENT - 1)];
		op |= free_way(e, which);
		class = r & 0xff;
		guessed_api = ltf_release_api(r >> 8 & 15);
	} else {
		op |= put_addr(e, addr, LTF_FREE_NEAR);
	}
	if (tag == LTF_W_FREE)
		c->free_api = (uint8_t)api;
	else
		guessed_api = LTF_API_REALLOC;
	if (tag == LTF_W_RELEASE)
		op |= LTF_OP_RELEASE;
	if (__builtin_expect(tag == LTF_W_RESTORE, 0))
		put_byte(e, LTF_COL_OPS, LTF_OP_RESTORE);
	if (__builtin_expect(guessed_api != api || site != LTF_SITE_NONE, 0)) {
		put_byte(e, LTF_COL_OPS, LTF_OP_MORE);
		put_byte(e, LTF_COL_EXTRA, api);
		put(e, LTF_COL_EXTRA, site);
	}
	ltf_context_freed(c, addr, class);
	put_byte(e, LTF_COL_OPS, op);
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

INLINE bool are_conts(const uint64_t *w, unsigned n)
{
	while (n)
		if (LTF_TAG(w[n--]) != LTF_W_CONT)
			return false;
	return true;
}

/* The two events that dumps consist of, straight from their words: the way through struct ltf_event
 * costs as much again. What is not plain (huge, damaged) is left to that way. Returns the words
 * taken, or 0. */
INLINE size_t put_plain_alloc(struct ltf_encoder *e, uint64_t lead, const uint64_t *w, size_t n)
{
	if (n < 2)
		return 0;
	unsigned numbered = w[1] & LTF_ALLOC_NUMBERED;
	if (n < 2 + numbered || (w[1] & LTF_ALLOC_HUGE) || !are_conts(w, 1 + numbered))
		return 0;
	uint64_t addr = lead >> 16 & LTF_ADDR_MASK;
	uint64_t size = (lead & 0xfff) | (w[1] >> 2 & ((1ULL << 28) - 1)) << 12;
	unsigned api = lead >> 12 & 15;
	uint32_t site = w[1] >> 30 & LTF_SITE_MAX;
	if (numbered)
		put_alloc(e, addr, api, size, site, true, (uint32_t)w[2]);
	else
		put_alloc(e, addr, api, size, site, false, 0);
	return 2 + numbered;
}

INLINE size_t put_plain_free(struct ltf_encoder *e, uint64_t lead, const uint64_t *w, size_t n)
{
	unsigned numbered = !!(lead & LTF_FREE_NUMBERED);
	if (n < 1 + numbered || (lead & LTF_FREE_STACKED) || !are_conts(w, numbered))
		return 0;
	uint64_t addr = lead >> 16 & LTF_ADDR_MASK;
	unsigned api = lead >> 12 & 15;
	if (numbered)
		put_free(e, LTF_W_FREE, addr, api, LTF_SITE_NONE, true, (uint32_t)w[1]);
	else
		put_free(e, LTF_W_FREE, addr, api, LTF_SITE_NONE, false, 0);
	return 1 + numbered;
}

static void put_event(struct ltf_encoder *e, const struct ltf_event *ev)
{
	switch (ev->tag) {
	case LTF_W_ALLOC:
		put_alloc(e, ev->addr >> 3, ev->api, ev->size, ev->site, ev->numbered, ev->number);
		break;
	case LTF_W_FREE:
	case LTF_W_RELEASE:
	case LTF_W_RESTORE:
		put_free(e, ev->tag, ev->addr >> 3, ev->api, ev->site, ev->numbered, ev->number);
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
		/* Lead words are committed last, by another thread: what lies behind a lead that is
		 * seen here is complete. */
		uint64_t lead = __atomic_load_n(&words[i], __ATOMIC_ACQUIRE);
		if (lead == 0 && !skip_holes)
			break;
		size_t took =
			LTF_TAG(lead) == LTF_W_ALLOC  ? put_plain_alloc(e, lead, words + i, n - i)
			: LTF_TAG(lead) == LTF_W_FREE ? put_plain_free(e, lead, words + i, n - i)
						      : 0;
		if (took) {
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
