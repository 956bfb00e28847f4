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
#include "lib/config.h"
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

/* What the entry shall be. In `what` the bit `passed` is 0. */
struct event {
	uint64_t who, what;
	uint64_t size; /* of an allocation */
	struct lt_live_table *t;
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
	uint64_t freed_who, freed_what; /* its halves, as entries have it */
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

static inline bool is_numbered(unsigned kind)
{
	return (1 << LT_LIVE_NUMBERED | 1 << LT_LIVE_NUMBERED_ELDER |
		       1 << LT_LIVE_FREED_NUMBERED) >>
		       kind &
	       1;
}

static inline unsigned kind_of(const struct event *ev)
{
	return ev->what & LT_LIVE_KIND;
}

static inline bool comes_after(uint64_t what, uint64_t other)
{
	return (int32_t)((uint32_t)(what >> LT_LIVE_NUMBER_SHIFT) -
			 (uint32_t)(other >> LT_LIVE_NUMBER_SHIFT)) > 0;
}

/* True when the event comes after the one that the entry is of. */
static bool is_newer(const struct event *ev, const struct lt_live_entry *e)
{
	unsigned kind = lt_live_kind(e);
	bool numbered = is_numbered(kind_of(ev));
	if (kind == LT_LIVE_OLD || (!is_live(kind) && stamp_of(e) < lt_live_clean))
		return true;
	if (is_numbered(kind) != numbered)
		return numbered;
	return comes_after(ev->what, e->what);
}

static uint64_t hash_of(const struct event *ev)
{
	return lt_live_whole_hash((unsigned)(ev->t - lt_live_tables), ev->who);
}

/* Nothing older will come: what is freed need not be remembered. */
static bool forgets(const struct event *ev)
{
	return kind_of(ev) == LT_LIVE_FREED_PLACED && !live.watchful;
}

static void set(struct lt_live_place *p, const struct event *ev)
{
	bool alloc = is_live(kind_of(ev));
	if (alloc && ev->size >= LT_LIVE_LARGE && !lt_live_large_put(hash_of(ev), ev->size)) {
		give_up();
		return;
	}
	p->t->live += alloc;
	live.bytes += alloc ? ev->size : 0;
	lt_live_write(p->e, ev->who, ev->what | (p->e->what & LT_LIVE_PASSED));
}

/* The block of the entry is no more. */
static void take_out(struct lt_live_place *p, const struct event *ev)
{
	uint64_t size = p->e->what >> LT_LIVE_SIZE_SHIFT;
	p->t->live--;
	live.bytes -= size == LT_LIVE_LARGE ? lt_live_large_take(hash_of(ev)) : size;
}

static void change(struct lt_live_place *p, const struct event *ev)
{
	if (!is_newer(ev, p->e))
		return;
	if (is_live(lt_live_kind(p->e)))
		take_out(p, ev);
	if (forgets(ev))
		lt_live_remove(p);
	else
		set(p, ev);
	if (p->t->live < p->t->low)
		lt_live_shrink(p->t);
}

static __attribute__((noinline)) void apply(const struct event *ev)
{
	struct lt_live_place p;
	if (live.lost)
		return;
	if (lt_live_find(&p, hash_of(ev)))
		change(&p, ev);
	else if (forgets(ev))
		;
	else if (!lt_live_insert(&p, hash_of(ev)))
		give_up();
	else
		set(&p, ev);
}

/* What is nearly always so: the address has its own bucket's room, is new or was freed, and the
 * size is not large. The bytes that are added; NONE: it is not so. */
#define NONE UINT64_MAX
static inline uint64_t add_fast(struct lt_live_bucket *b, const struct event *ev)
{
	struct lt_live_look look = lt_live_look(b, ev->who);
	struct lt_live_entry *e;
	if (ev->size >= LT_LIVE_LARGE)
		return NONE;
	if (look.alike) {
		e = &b->e[__builtin_ctz(look.alike)];
		if (!lt_live_is(e, ev->who) || lt_live_kind(e) != LT_LIVE_FREED_NUMBERED ||
			!is_newer(ev, e))
			return NONE;
	} else {
		if (look.passed || !look.empty)
			return NONE;
		e = &b->e[__builtin_ctz(look.empty)];
		ev->t->used++;
	}
	ev->t->live++;
	lt_live_write(e, ev->who, ev->what | (e->what & LT_LIVE_PASSED));
	return ev->size;
}

/* The same for a release: the block is known, and known as live; the bytes that are less. Both are
 * of one thread, or both of many. */
static inline uint64_t take_fast(struct lt_live_bucket *b, const struct event *ev, bool forget)
{
	struct lt_live_look look = lt_live_look(b, ev->who);
	if (!look.alike)
		return NONE;
	struct lt_live_entry *e = &b->e[__builtin_ctz(look.alike)];
	unsigned kind = lt_live_kind(e), same = forget ? LT_LIVE_PLACED : LT_LIVE_NUMBERED;
	uint64_t size = e->what >> LT_LIVE_SIZE_SHIFT;
	if ((e->who ^ ev->who) >> LT_LIVE_SITE_BITS || size == LT_LIVE_LARGE ||
		ev->t->live <= ev->t->low ||
		!(kind == LT_LIVE_OLD || (kind == same && comes_after(ev->what, e->what))))
		return NONE;
	ev->t->live--;
	ev->t->used -= forget;
	lt_live_write(
		e, forget ? 0 : ev->who, (forget ? 0 : ev->what) | (e->what & LT_LIVE_PASSED));
	return size;
}

/* Applies what is queued, but for the last `left`. */
static __attribute__((noinline)) void apply_queue(unsigned left)
{
	uint64_t bytes = 0; /* more */
	for (; live.queued - live.applied > left; live.applied++) {
		const struct event *ev = &live.queue[live.applied % QUEUE];
		struct lt_live_bucket *b = &ev->t->bucket[lt_live_home(ev->t, ev->who)];
		uint64_t by = NONE;
		if (ev->t->used >= ev->t->limit)
			;
		else if (is_live(kind_of(ev)))
			bytes += (by = add_fast(b, ev)) == NONE ? 0 : by;
		else
			bytes -= (by = take_fast(b, ev, forgets(ev))) == NONE ? 0 : by;
		if (__builtin_expect(by == NONE, 0))
			apply(ev);
	}
	if (!live.lost)
		live.bytes += bytes;
}

/* The next event of the queue: its memory is asked for now. */
static inline void add(uint64_t addr8, uint64_t low, uint64_t what, uint64_t size)
{
	unsigned n = live.queued;
	if (__builtin_expect(n - live.applied == QUEUE, 0))
		apply_queue(AHEAD);
	struct event *ev = &live.queue[n % QUEUE];
	uint64_t hash = lt_live_hash(addr8), who = lt_live_who(hash) | low;
	struct lt_live_table *t = lt_live_table(hash);
	live.queued = n + 1;
	lt_live_fetch(t, who);
	*ev = (struct event){.who = who, .what = what, .size = size, .t = t};
}

/* Numbered or not is the same for long: a branch for it costs less than to go without. */
static inline void add_free(uint64_t addr8, bool numbered, uint32_t number)
{
	uint64_t what = live.freed_what | (uint64_t)number << LT_LIVE_NUMBER_SHIFT;
	if (numbered)
		add(addr8, live.freed_who, what | LT_LIVE_FREED_NUMBERED, 0);
	else
		add(addr8, live.freed_who, what | LT_LIVE_FREED_PLACED, 0);
}

static inline void add_live(
	uint64_t addr8, uint64_t size, uint32_t site, bool numbered, uint32_t number)
{
	uint64_t kind = numbered ? LT_LIVE_NUMBERED : LT_LIVE_PLACED;
	uint64_t kept = size < LT_LIVE_LARGE ? size : LT_LIVE_LARGE;
	add(addr8, site,
		kept << LT_LIVE_SIZE_SHIFT | (uint64_t)number << LT_LIVE_NUMBER_SHIFT | kind, size);
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
	for (uint32_t i = 0; i < live.later_used; i++)
		pair(&live.later[i]);
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

/* These return how many words the event has behind its lead. place: the lead's. */
static inline uint32_t add_alloc(const uint64_t *w, uint32_t room, uint64_t place, uint32_t thread)
{
	uint64_t lead = w[0], second = w[1], addr8 = lead >> 16 & LTF_ADDR_MASK;
	uint64_t size = (lead & 0xfff) | (second >> 2 & ((1ull << 28) - 1)) << 12;
	uint32_t numbered = second & LTF_ALLOC_NUMBERED, number = (uint32_t)place;
	uint32_t huge = (second & LTF_ALLOC_HUGE) / LTF_ALLOC_HUGE, conts = 1 + numbered + huge;
	if (conts >= room || addr8 == 0)
		return 0;
	if (__builtin_expect((lead >> 12 & 15) == LTF_API_REALLOC, 0))
		add_half(&(struct half){.place = place, .thread = thread, .kind = HALF_SECOND});
	if (numbered)
		number = (uint32_t)w[2];
	if (__builtin_expect(huge, 0))
		size = w[conts] & LTF_MASK60;
	add_live(addr8, size, second >> 30 & LT_LIVE_SITE, numbered, number);
	return conts;
}

static inline uint32_t add_release(
	const uint64_t *w, uint32_t room, uint64_t place, uint32_t thread)
{
	uint64_t lead = w[0], addr8 = lead >> 16 & LTF_ADDR_MASK;
	bool numbered = lead & LTF_FREE_NUMBERED;
	unsigned tag = LTF_TAG(lead);
	if (numbered >= room || addr8 == 0)
		return 0;
	uint32_t number = numbered ? (uint32_t)w[1] : (uint32_t)place;
	if (__builtin_expect(tag == LTF_W_FREE, 1))
		add_free(addr8, numbered, number);
	else
		add_half(&(struct half){.place = place,
			.addr8 = addr8,
			.thread = thread,
			.number = number,
			.numbered = numbered,
			.kind = tag == LTF_W_RELEASE ? HALF_FIRST : HALF_FAILED});
	return numbered;
}

static void feed(const uint64_t *words, uint32_t count, uint64_t place, uint32_t thread)
{
	for (uint32_t i = 0; i < count; i++) {
		/* Acquire: a hole that was stepped over may be filled just now. */
		unsigned tag = LTF_TAG(__atomic_load_n(&words[i], __ATOMIC_ACQUIRE));
		if (tag == LTF_W_ALLOC && i + 1 < count)
			i += add_alloc(words + i, count - i, place + i, thread);
		else if (tag >= LTF_W_FREE && tag <= LTF_W_RESTORE)
			i += add_release(words + i, count - i, place + i, thread);
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
	if (live.lost || !lt_config.live)
		return;
	live.busy = true;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	feed(run->words, run->count, run->block * LTF_BLOCK_WORDS + run->first, run->thread);
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
	live.freed_who = live.pass & LT_LIVE_SITE;
	live.freed_what = live.pass >> LT_LIVE_SITE_BITS << LT_LIVE_SIZE_SHIFT;
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
	struct lt_live_sum sum = {.complete = lt_config.live && !live.lost, .bytes = live.bytes};
	for (unsigned i = 0; i < LT_LIVE_TABLES; i++)
		sum.blocks += lt_live_tables[i].live;
	return sum;
}

/* Events without a number come before all with one. */
static uint32_t birth_of(const struct lt_live_entry *e)
{
	uint32_t number = (uint32_t)(e->what >> LT_LIVE_NUMBER_SHIFT);
	return (uint32_t)is_numbered(lt_live_kind(e)) << 31 | number >> 1;
}

void lt_live_each(void (*fn)(void *ctx, const struct lt_live_block *b), void *ctx)
{
	for (unsigned n = 0; n < LT_LIVE_TABLES; n++) {
		const struct lt_live_table *t = &lt_live_tables[n];
		for (size_t i = 0; i < (size_t)t->buckets * LT_LIVE_WAYS; i++) {
			const struct lt_live_entry *e = &t->bucket[0].e[0] + i;
			if (lt_live_kind(e) == LT_LIVE_NONE || !is_live(lt_live_kind(e)))
				continue;
			uint64_t hash = lt_live_whole_hash(n, e->who);
			struct lt_live_block b = {.addr = lt_live_unhash(hash) << 3,
				.size = e->what >> LT_LIVE_SIZE_SHIFT,
				.site = e->who & LT_LIVE_SITE,
				.birth = birth_of(e)};
			if (b.size == LT_LIVE_LARGE)
				b.size = lt_live_large_size(hash);
			fn(ctx, &b);
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
