/* Three rounds of breadth-first search. The first follows pointers to starts from the roots: what
 * it finds is reachable. On its way it notes the blocks that interior pointers lead to; from those
 * of them that it did not find, the second follows all pointers. The third goes over the rest. */
#include "lib/scan.h"
#include "lib/scan_in.h"
#include "lib/scan_search.h"

static struct lt_scan_state *state_of(const struct lt_scan *s)
{
	return s->work;
}

static size_t up(size_t n)
{
	return (n + LT_SCAN_LINE - 1) & ~(size_t)(LT_SCAN_LINE - 1);
}

/* Of a bit for each block. */
static size_t bits_size(size_t n)
{
	return up((n / 64 + 1) * sizeof(uint64_t));
}

size_t lt_scan_work(uint32_t n_blocks)
{
	return up(sizeof(struct lt_scan_state)) + 2 * bits_size(n_blocks) +
	       up(3 * (size_t)n_blocks * sizeof(uint32_t)) + lt_scan_index_space(n_blocks);
}

static void search_roots(struct lt_scan_state *t)
{
	struct lt_scan *s = t->s;

	t->mode = LT_SCAN_REACH;
	for (uint32_t i = 0; t->x.any_held && i < s->n_blocks; i++) {
		if (s->blocks[i].flags & LT_SCAN_HELD) {
			lt_scan_judge(s, &s->blocks[i], LT_SCAN_REACHABLE);
			lt_scan_settle(t, i);
		}
	}
	for (uint32_t i = 0; i < s->n_words; i++)
		lt_scan_read_word(t, &s->words[i]);
	for (uint32_t i = 0; i < s->n_roots; i++) {
		if (s->n_later && i == s->n_roots - s->n_later)
			lt_scan_search(t);
		lt_scan_read_root(t, &s->roots[i]);
	}
	lt_scan_search(t);
}

static void search_possible(struct lt_scan_state *t)
{
	struct lt_scan *s = t->s;

	t->mode = LT_SCAN_SUPPOSE;
	for (uint32_t i = 0, left = s->count[LT_SCAN_POSSIBLE]; left; i++) {
		if (s->blocks[i].verdict == LT_SCAN_POSSIBLE) {
			lt_scan_settle(t, i);
			left--;
		}
	}
	lt_scan_search(t);
}

static void lead(struct lt_scan_state *t, uint32_t i)
{
	lt_scan_judge(t->s, &t->s->blocks[i], LT_SCAN_DEFINITE);
	t->leader[i] = i;
	lt_scan_settle(t, i);
}

/* Puts all blocks that are lost, those not settled, into the list. Returns how many there are. */
static uint32_t list_lost(struct lt_scan_state *t)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->s->n_blocks; i += 64) {
		uint64_t left = ~t->settled[i / 64];
		if (t->s->n_blocks - i < 64)
			left &= (1ull << (t->s->n_blocks - i)) - 1;
		for (; left; left &= left - 1)
			t->list[n++] = i + (uint32_t)__builtin_ctzll(left);
	}
	return n;
}

/* The blocks that no other lost block points to are leaders, and own what they lead to. */
static void search_led(struct lt_scan_state *t, uint32_t n)
{
	t->mode = LT_SCAN_POINT;
	for (uint32_t k = 0; k < n; k++)
		lt_scan_push(t, t->list[k]);
	lt_scan_search(t);
	t->mode = LT_SCAN_OWN;
	for (uint32_t k = 0; k < n; k++)
		if (!(t->s->blocks[t->list[k]].flags & LT_SCAN_POINTED))
			lead(t, t->list[k]);
	lt_scan_search(t);
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

	t->mode = LT_SCAN_SEE;
	for (uint32_t k = 0; k < n; k++) {
		uint32_t i = t->list[k];
		if (t->s->blocks[i].flags & LT_SCAN_SEEN)
			continue;
		t->s->blocks[i].flags |= LT_SCAN_SEEN;
		t->list[starts++] = i;
		lt_scan_push(t, i);
		lt_scan_search(t);
	}
	t->mode = LT_SCAN_OWN;
	while (starts--) {
		uint32_t i = t->list[starts];
		if (t->s->blocks[i].verdict != LT_SCAN_LOST)
			continue;
		t->s->blocks[i].flags |= LT_SCAN_CYCLE;
		lead(t, i);
		lt_scan_search(t);
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
	t->x.any_held = false;
	char *at = (char *)t + up(sizeof(*t));
	t->settled = (uint64_t *)at;
	__builtin_memset(t->settled, 0, bits_size(n));
	t->chosen = (uint64_t *)(at += bits_size(n));
	t->queue = (uint32_t *)(at += bits_size(n));
	t->list = t->queue + n;
	t->leader = t->list + n;
	at += up(3 * n * sizeof(uint32_t));
	if (!n)
		return t;
	lt_scan_sort((uint64_t *)s->blocks, s->n_blocks, sizeof(*s->blocks) / sizeof(uint64_t));
	lt_scan_index(&t->x, s->blocks, s->n_blocks, at);
	return t;
}

void lt_scan_run(struct lt_scan *s)
{
	for (unsigned v = 0; v < LT_SCAN_VERDICTS; v++)
		s->count[v] = s->bytes[v] = 0;
	s->words_read = s->pointers = 0;
	if (s->step == 0)
		s->step = sizeof(uintptr_t);
	if (s->n_blocks == 0 && s->n_targets == 0)
		return;
	struct lt_scan_state *t = begin(s);
	lt_scan_watch_begin(t);
	search_roots(t);
	search_possible(t);
	lt_scan_watch_end(t);
	if (judged(s) == s->n_blocks)
		return;
	search_led(t, list_lost(t));
	if (judged(s) < s->n_blocks)
		search_cycles(t);
}

uint32_t lt_scan_find(const struct lt_scan *s, uintptr_t addr)
{
	if (s->n_blocks == 0 || addr - state_of(s)->x.least > state_of(s)->x.span)
		return LT_SCAN_NO_BLOCK;
	const struct lt_scan_index *x = &state_of(s)->x;
	struct lt_scan_search f = lt_scan_around(x, lt_scan_place(x, addr), addr);
	uint32_t i = lt_scan_last_below(x, f, addr);
	return addr - s->blocks[i].addr <= s->blocks[i].size ? i : LT_SCAN_NO_BLOCK;
}

uint32_t lt_scan_leader(const struct lt_scan *s, uint32_t block)
{
	return state_of(s)->leader[block];
}

/* The root that the address lies in; n_roots: none. */
static uint32_t find_root(const struct lt_scan *s, uintptr_t at)
{
	uint32_t low = 0, high = s->n_ordered, i;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (s->roots[middle].end <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < s->n_ordered && s->roots[low].start <= at)
		return low;
	for (i = s->n_ordered; i < s->n_roots; i++)
		if (at >= s->roots[i].start && at < s->roots[i].end)
			break;
	return i;
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
	uintptr_t words = (uintptr_t)s->words;
	if (via - words < s->n_words * sizeof(*s->words))
		return (struct lt_scan_holder){.in = LT_SCAN_IN_WORD,
			.index = (uint32_t)((via - words) / sizeof(*s->words))};
	uint32_t i = via ? find_root(s, via) : s->n_roots;
	if (i < s->n_roots)
		h = (struct lt_scan_holder){
			.in = LT_SCAN_IN_ROOT, .index = i, .offset = via - s->roots[i].start};
	return h;
}
