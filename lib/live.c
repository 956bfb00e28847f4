/* Why the latest event of an address decides, and for how long a freed address must be remembered:
 *
 * An event is recorded before the next one of the same address takes its number: a release before
 * the real release, an allocation before the program is told its address. So what an event's
 * forerunners were had been recorded when it was, and if it was fed in one pass of the drainer,
 * they are fed in that pass or the next, whatever stands in which block. Only words behind a hole
 * (an event that a signal handler interrupted) come later. A freed address is forgotten after a
 * pass that left none of those; if its forerunner came after that, the block would be taken for
 * live.
 *
 * A process with one thread has no numbers. Its events are fed in their order, except for those
 * behind a hole: then their places are compared, and freed addresses remembered, all the same.
 *
 * The first half of a realloc only is a release when the second comes: until then, or if the
 * realloc has failed, its block is live. */
#include "lib/live.h"

#include <string.h>
#include "format/ring.h"
#include "lib/live_table.h"
#include "lib/sys.h"

enum {
	AHEAD = 64, /* events whose memory is asked for before they are applied */
	QUEUE = 128,
	PATIENCE = 1024,     /* passes that a hole is waited for */
	AGE_WORDS = 1 << 23, /* then the next table ages: all of them within 2^29 words */
	HALVES = 4096,
	PAGE = 4096
};

struct event {
	uint64_t hash, size;
	uint32_t site, number;
	bool alloc, numbered;
};

/* Half a realloc. */
enum half_kind { HALF_FIRST, HALF_SECOND, HALF_FAILED };
struct half {
	uint64_t place; /* in its thread's words */
	uint64_t addr8; /* not of a SECOND */
	uint32_t thread, number;
	bool numbered;
	uint8_t kind;
};

static struct {
	bool busy;     /* changing: who finds it so has a drainer's end before him */
	bool lost;     /* given up */
	bool hole;     /* in this pass */
	bool watchful; /* remember what is freed, though events have no numbers */
	uint64_t pass; /* from 1 */
	uint64_t bytes;
	uint32_t words;
	unsigned ageing; /* the next table to age */
	uint32_t open_used, later_used;
	struct half *open;  /* FIRST halves whose others are to come */
	struct half *later; /* while there is a hole: halves in the order in which they came */
	unsigned queued, applied; /* events so far */
	struct event queue[QUEUE];
} live;

static void give_up(void)
{
	lt_live_clear(true);
	live.lost = true;
	live.bytes = 0;
}

static inline bool is_live(unsigned kind)
{
	return kind < LT_LIVE_FREED_NUMBERED;
}

static inline uint64_t stamp_of(const struct lt_live_entry *e)
{
	return (e->who & LT_LIVE_SITE) | e->what >> LT_LIVE_SIZE_SHIFT << LT_LIVE_SITE_BITS;
}

/* True when the event comes after the one that the entry is of. */
static inline bool is_newer(const struct event *ev, const struct lt_live_entry *e)
{
	enum {
		NUMBERED = 1 << LT_LIVE_NUMBERED | 1 << LT_LIVE_NUMBERED_ELDER |
			   1 << LT_LIVE_FREED_NUMBERED
	};
	unsigned kind = lt_live_kind(e);
	if (kind == LT_LIVE_OLD || (!is_live(kind) && stamp_of(e) < lt_live_clean))
		return true;
	if (__builtin_expect((NUMBERED >> kind & 1) != ev->numbered, 0))
		return ev->numbered;
	return (int32_t)(ev->number - (uint32_t)(e->what >> LT_LIVE_NUMBER_SHIFT)) > 0;
}

/* Whether what is freed must be remembered, because what is fed later may be older. */
static inline bool remembers(const struct event *ev)
{
	return ev->numbered | live.watchful;
}

static inline void set(
	struct lt_live_entry *e, const struct event *ev, uint64_t low, uint64_t size, unsigned kind)
{
	e->who = ev->hash << LT_LIVE_SITE_BITS | low;
	e->what = size << LT_LIVE_SIZE_SHIFT | (uint64_t)ev->number << LT_LIVE_NUMBER_SHIFT |
		  (e->what & LT_LIVE_PASSED) | kind;
}

static inline void set_live(struct lt_live_entry *e, const struct event *ev, uint64_t size)
{
	live.bytes += ev->size;
	set(e, ev, ev->site, size, ev->numbered ? LT_LIVE_NUMBERED : LT_LIVE_PLACED);
}

static inline void set_freed(struct lt_live_entry *e, const struct event *ev)
{
	set(e, ev, live.pass & LT_LIVE_SITE, live.pass >> LT_LIVE_SITE_BITS & LT_LIVE_LARGE,
		ev->numbered ? LT_LIVE_FREED_NUMBERED : LT_LIVE_FREED_PLACED);
}

static void set_any_size(struct lt_live_place *p, const struct event *ev)
{
	p->t->live++;
	if (ev->size < LT_LIVE_LARGE)
		set_live(p->e, ev, ev->size);
	else if (lt_live_large_put(ev->hash, ev->size))
		set_live(p->e, ev, LT_LIVE_LARGE);
	else
		give_up();
}

/* The block of the entry is no more. */
static void take_out(struct lt_live_place *p, uint64_t hash)
{
	uint64_t size = p->e->what >> LT_LIVE_SIZE_SHIFT;
	p->t->live--;
	live.bytes -= size == LT_LIVE_LARGE ? lt_live_large_take(hash) : size;
}

static void change_slow(struct lt_live_place *p, const struct event *ev)
{
	if (!is_newer(ev, p->e))
		return;
	if (is_live(lt_live_kind(p->e)))
		take_out(p, ev->hash);
	if (ev->alloc)
		set_any_size(p, ev);
	else if (remembers(ev))
		set_freed(p->e, ev);
	else
		lt_live_remove(p);
	if (p->t->live < p->t->low)
		lt_live_shrink(p->t);
}

static __attribute__((noinline)) void apply_slow(const struct event *ev)
{
	struct lt_live_place p;
	if (live.lost)
		return;
	if (lt_live_find(&p, ev->hash))
		change_slow(&p, ev);
	else if (!ev->alloc && !remembers(ev))
		;
	else if (!lt_live_insert(&p, ev->hash))
		give_up();
	else if (ev->alloc)
		set_any_size(&p, ev);
	else
		set_freed(p.e, ev);
}

/* What happens nearly always: the entry is, or will be, in its own bucket. False: it is not so. */
static inline bool change_fast(
	struct lt_live_table *t, struct lt_live_entry *e, const struct event *ev)
{
	unsigned kind = lt_live_kind(e);
	uint64_t size = e->what >> LT_LIVE_SIZE_SHIFT;
	if (!lt_live_is(e, ev->hash & LT_LIVE_REST) || !is_newer(ev, e))
		return false;
	if (is_live(kind)) {
		if (size == LT_LIVE_LARGE || ev->alloc || t->live <= t->low)
			return false;
		t->live--;
		live.bytes -= size;
	}
	if (ev->alloc) {
		t->live++;
		set_live(e, ev, ev->size);
	} else if (remembers(ev)) {
		set_freed(e, ev);
	} else {
		e->who = 0;
		e->what &= LT_LIVE_PASSED;
		t->used--;
	}
	return true;
}

static inline bool apply_fast(const struct event *ev)
{
	struct lt_live_table *t = &lt_live_tables[ev->hash >> LT_LIVE_REST_BITS];
	if (t->used >= t->limit || ev->size >= LT_LIVE_LARGE)
		return false;
	struct lt_live_bucket *b = &t->bucket[lt_live_home(t, ev->hash)];
	struct lt_live_look look = lt_live_look(b, ev->hash & LT_LIVE_REST);
	if (look.alike)
		return change_fast(t, &b->e[__builtin_ctz(look.alike)], ev);
	if (look.passed)
		return false;
	if (!ev->alloc && !remembers(ev))
		return true;
	if (!look.empty)
		return false;
	struct lt_live_entry *e = &b->e[__builtin_ctz(look.empty)];
	t->used++;
	if (ev->alloc) {
		t->live++;
		set_live(e, ev, ev->size);
	} else {
		set_freed(e, ev);
	}
	return true;
}

/* Applies what is queued, but for the last `left`. */
static __attribute__((noinline)) void apply_queue(unsigned left)
{
	for (; live.queued - live.applied > left; live.applied++) {
		const struct event *ev = &live.queue[live.applied % QUEUE];
		if (__builtin_expect(!apply_fast(ev), 0))
			apply_slow(ev);
	}
}

/* The next event of the queue: its memory is asked for now. */
static inline struct event *add(uint64_t addr8)
{
	if (__builtin_expect(live.queued - live.applied == QUEUE, 0))
		apply_queue(AHEAD);
	struct event *ev = &live.queue[live.queued++ % QUEUE];
	ev->hash = lt_live_hash(addr8);
	lt_live_fetch(ev->hash);
	return ev;
}

static inline void add_free(uint64_t addr8, bool numbered, uint32_t number)
{
	struct event *ev = add(addr8);
	ev->alloc = false;
	ev->size = 0;
	ev->numbered = numbered;
	ev->number = number;
}

static bool have_room(struct half **list, uint32_t used)
{
	if (!*list)
		*list = lt_sys_map(
			(HALVES * sizeof(struct half) + PAGE - 1) & ~(size_t)(PAGE - 1), true);
	return *list && used < HALVES;
}

/* Where there is no room for it, a realloc under way is taken for a release. */
static void begin_realloc(const struct half *first)
{
	for (uint32_t i = 0; i < live.open_used; i++)
		if (live.open[i].thread == first->thread && live.open[i].place == first->place)
			return; /* fed a second time */
	if (have_room(&live.open, live.open_used))
		live.open[live.open_used++] = *first;
	else
		add_free(first->addr8, first->numbered, first->number);
}

/* They nest, as brackets do: the other half is the nearest before it. */
static void end_realloc(const struct half *second)
{
	struct half *first = NULL;
	for (uint32_t i = 0; i < live.open_used; i++) {
		struct half *h = &live.open[i];
		if (h->thread == second->thread && h->place < second->place &&
			(!first || h->place > first->place) &&
			(second->kind == HALF_SECOND || h->addr8 == second->addr8))
			first = h;
	}
	if (!first)
		return;
	if (second->kind == HALF_SECOND)
		add_free(first->addr8, first->numbered, first->number);
	*first = live.open[--live.open_used];
}

static void pair(const struct half *h)
{
	if (h->kind == HALF_FIRST)
		begin_realloc(h);
	else
		end_realloc(h);
}

static void pair_later(void)
{
	for (uint32_t i = 1; i < live.later_used; i++) {
		struct half h = live.later[i];
		uint32_t k = i;
		for (; k > 0 && live.later[k - 1].place > h.place; k--)
			live.later[k] = live.later[k - 1];
		live.later[k] = h;
	}
	for (uint32_t i = 0; i < live.later_used; i++) {
		pair(&live.later[i]);
	}
	live.later_used = 0;
}

/* What lies behind a hole may be the half that belongs to this one, so that waits for it. */
static void add_half(const struct half *h)
{
	if (__builtin_expect(!live.watchful, 1)) {
		pair(h);
		return;
	}
	if (live.later_used == HALVES)
		pair_later();
	if (have_room(&live.later, live.later_used))
		live.later[live.later_used++] = *h;
	else
		pair(h);
}

static inline uint64_t place_of(const struct lt_live_run *run, uint32_t i)
{
	return run->block * LTF_BLOCK_WORDS + run->first + i;
}

/* These return the index of the event's last word. */
static inline uint32_t add_alloc(const struct lt_live_run *run, uint32_t i, uint64_t lead)
{
	const uint64_t *w = run->words + i;
	unsigned numbered = w[1] & LTF_ALLOC_NUMBERED;
	unsigned conts = 1 + numbered + !!(w[1] & LTF_ALLOC_HUGE);
	if (i + conts >= run->count)
		return i;
	if (__builtin_expect((lead >> 12 & 15) == LTF_API_REALLOC, 0))
		add_half(&(struct half){
			.place = place_of(run, i), .thread = run->thread, .kind = HALF_SECOND});
	uint64_t addr8 = lead >> 16 & LTF_ADDR_MASK;
	if (addr8 == 0)
		return i;
	struct event *ev = add(addr8);
	ev->alloc = true;
	ev->size = (lead & 0xfff) | (w[1] >> 2 & ((1ull << 28) - 1)) << 12;
	ev->site = w[1] >> 30 & LT_LIVE_SITE;
	ev->numbered = numbered;
	ev->number = numbered ? (uint32_t)w[2] : (uint32_t)place_of(run, i);
	if (__builtin_expect(w[1] & LTF_ALLOC_HUGE, 0))
		ev->size = w[conts] & LTF_MASK60;
	return i + conts;
}

static inline uint32_t add_release(const struct lt_live_run *run, uint32_t i, uint64_t lead)
{
	bool numbered = lead & LTF_FREE_NUMBERED;
	uint64_t place = place_of(run, i), addr8 = lead >> 16 & LTF_ADDR_MASK;
	if ((numbered && i + 1 >= run->count) || addr8 == 0)
		return i;
	uint32_t number = numbered ? (uint32_t)run->words[i + 1] : (uint32_t)place;
	if (__builtin_expect(LTF_TAG(lead) == LTF_W_FREE, 1))
		add_free(addr8, numbered, number);
	else
		add_half(&(struct half){.place = place,
			.addr8 = addr8,
			.thread = run->thread,
			.number = number,
			.numbered = numbered,
			.kind = LTF_TAG(lead) == LTF_W_RELEASE ? HALF_FIRST : HALF_FAILED});
	return i + numbered;
}

static void feed(const struct lt_live_run *run)
{
	for (uint32_t i = 0; i < run->count; i++) {
		uint64_t lead = __atomic_load_n(&run->words[i], __ATOMIC_ACQUIRE);
		unsigned tag = LTF_TAG(lead);
		if (tag == LTF_W_ALLOC && i + 1 < run->count)
			i = add_alloc(run, i, lead);
		else if (tag >= LTF_W_FREE && tag <= LTF_W_RESTORE)
			i = add_release(run, i, lead);
	}
}

static void age(uint32_t words)
{
	live.words += words;
	if (__builtin_expect(live.words < AGE_WORDS, 1))
		return;
	live.words = 0;
	lt_live_age(live.ageing++ % LT_LIVE_TABLES);
}

void lt_live_feed(const struct lt_live_run *run)
{
	if (live.lost)
		return;
	live.busy = true;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	feed(run);
	age(run->count);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	live.busy = false;
}

void lt_live_pass(void)
{
	if (live.busy) {
		lt_live_reset();
		live.lost = true;
	}
	live.pass++;
	live.hole = false;
}

void lt_live_hole(void)
{
	live.hole = live.watchful = true;
}

static void finish_pass(void)
{
	if (!live.hole && live.watchful) {
		pair_later();
		apply_queue(0);
		live.watchful = false;
	}
	apply_queue(0);
	if (!live.hole || live.pass - lt_live_clean >= PATIENCE)
		lt_live_clean = live.pass;
}

void lt_live_passed(void)
{
	if (live.lost)
		return;
	live.busy = true;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	finish_pass();
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	live.busy = false;
}

struct lt_live_sum lt_live_sum(void)
{
	struct lt_live_sum sum = {.complete = !live.lost, .bytes = live.bytes};
	for (unsigned i = 0; i < LT_LIVE_TABLES; i++)
		sum.blocks += lt_live_tables[i].live;
	return sum;
}

void lt_live_each(void (*fn)(void *ctx, uint64_t addr, uint64_t size, uint32_t site), void *ctx)
{
	for (uint64_t n = 0; n < LT_LIVE_TABLES; n++) {
		const struct lt_live_table *t = &lt_live_tables[n];
		for (size_t i = 0; i < (size_t)t->buckets * LT_LIVE_WAYS; i++) {
			const struct lt_live_entry *e = &t->bucket[0].e[0] + i;
			if (lt_live_kind(e) == LT_LIVE_NONE || !is_live(lt_live_kind(e)))
				continue;
			uint64_t hash = n << LT_LIVE_REST_BITS | e->who >> LT_LIVE_SITE_BITS;
			uint64_t size = e->what >> LT_LIVE_SIZE_SHIFT;
			if (size == LT_LIVE_LARGE)
				size = lt_live_large_size(hash);
			fn(ctx, lt_live_unhash(hash) << 3, size, e->who & LT_LIVE_SITE);
		}
	}
}

void lt_live_reset(void)
{
	struct half *open = live.open, *later = live.later;
	lt_live_clear(!live.busy);
	memset(&live, 0, sizeof(live));
	live.open = open;
	live.later = later;
}
