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
 * realloc has failed, its block is live.
 *
 * Each entry has its generation in its highest two bits. Those of earlier ones are older than all
 * events to come, and their blocks not the process's own. Before the two bits come round, all
 * entries are made of the first. */
#include "lib/live.h"

#include <string.h>
#include "format/ring.h"
#include "lib/config.h"
#include "lib/declared.h"
#include "lib/live_table.h"
#include "lib/sys.h"

enum {
	PATIENCE = 1024,     /* passes that a hole is waited for */
	AGE_WORDS = 1 << 23, /* then the next part ages: all of them within 2^29 words */
	SWEEP = 1 << 16,     /* freed addresses that are not too many */
	HALVES = 4096,
	SITE = (1 << 30) - 1,
	GENERATION = 62, /* in an entry's `what` */
	GENERATIONS = 4,
	PAGE = 4096
};

/* An entry to be. */
struct event {
	uint64_t who, what;
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
	bool busy;           /* changing: who finds it so has a drainer's end before him */
	bool lost;           /* given up */
	bool hole;           /* in this pass */
	bool watchful;       /* remember what is freed, though events have no numbers */
	bool unknown;        /* there may be blocks that are in no event */
	uint64_t generation; /* as in an entry */
	uint64_t pass;       /* from 1 */
	uint64_t bytes;
	uint64_t earlier_blocks, earlier_bytes; /* of earlier generations */
	uint64_t many;                          /* freed addresses remembered: then a sweep */
	uint64_t next_sweep;                    /* not before this pass */
	uint32_t words;
	unsigned ageing; /* the next part to age */
	uint32_t open_used, later_used;
	struct half *open;  /* FIRST halves whose others are to come */
	struct half *later; /* while there is a hole: halves in the order in which they came */
} live;

static void give_up(void)
{
	lt_live_clear(true);
	live.lost = true;
	live.bytes = live.earlier_blocks = live.earlier_bytes = 0;
}

static inline bool is_earlier(const struct lt_live_entry *e)
{
	return (e->what ^ live.generation) >> GENERATION != 0;
}

static bool is_newer_unusual(struct event ev, const struct lt_live_entry *e)
{
	unsigned kind = lt_live_kind(e);
	if (is_earlier(e) || kind == LT_LIVE_OLD ||
		(!lt_live_is_live(kind) && lt_live_forgotten(e)))
		return true;
	return ((kind ^ ev.who) & 1) && (ev.who & 1); /* numbers came after places */
}

/* True when the event comes after the one that the entry is of. */
static inline bool is_newer(struct event ev, const struct lt_live_entry *e)
{
	/* Both have numbers or places, of one generation. */
	bool alike = (((ev.who ^ e->who) & 1) | (ev.what ^ e->what) >> GENERATION) == 0;
	return __builtin_expect(alike && (int32_t)((uint32_t)ev.what - (uint32_t)e->what) > 0, 1) ||
	       is_newer_unusual(ev, e);
}

/* Nothing older will come: what is freed need not be remembered. */
static inline bool forgets(struct event ev)
{
	return (ev.who & LT_LIVE_KIND) == LT_LIVE_FREED_PLACED && !live.watchful;
}

static inline void set_live(struct lt_live_page *p, struct lt_live_entry *e, struct event ev)
{
	p->live++;
	live.bytes += ev.who >> LT_LIVE_SIZE_SHIFT;
	*e = (struct lt_live_entry){ev.who, ev.what};
}

static inline void set_freed(struct lt_live_entry *e, struct event ev)
{
	lt_live_table.remembered++;
	*e = (struct lt_live_entry){ev.who, ev.what};
}

/* Room for an address that has no entry. NULL: no memory. */
static __attribute__((noinline)) struct lt_live_entry *make_room(
	struct lt_live_page *p, struct event ev)
{
	for (;;) {
		uint8_t *at = lt_live_granule(p, ev.who);
		uint32_t i = lt_live_find(p, ev.who, at);
		struct lt_live_entry *e = i ? &p->entry[i] : lt_live_add(p, ev.who, at);
		if (!i && e)
			return e;
		/* Another address has its granule, or the leaf is full. */
		if (i && !lt_live_is_live(lt_live_kind(e)) && lt_live_forgotten(e)) {
			lt_live_table.remembered--;
			lt_live_remove(p, e, at, i);
		} else if (!(i ? lt_live_refine(p) : lt_live_grow(p))) {
			give_up();
			return NULL;
		}
	}
}

/* NULL: no memory. */
static __attribute__((noinline)) struct lt_live_page *new_page(uint64_t addr8)
{
	struct lt_live_page *p = live.lost ? NULL : lt_live_new_page(addr8);
	if (!p)
		give_up();
	return p;
}

static inline __attribute__((always_inline)) void insert(
	struct lt_live_page *p, uint8_t *at, uint32_t other, struct event ev)
{
	struct lt_live_entry *e = other ? NULL : lt_live_add(p, ev.who, at);
	if (__builtin_expect(!e, 0) && !(e = make_room(p, ev)))
		return;
	if (lt_live_is_live(ev.who & LT_LIVE_KIND))
		set_live(p, e, ev);
	else
		set_freed(e, ev);
}

static void leave_earlier(const struct lt_live_entry *e)
{
	live.earlier_blocks--;
	live.earlier_bytes -= e->who >> LT_LIVE_SIZE_SHIFT;
}

static inline __attribute__((always_inline)) void change(
	struct lt_live_page *p, struct lt_live_entry *e, uint8_t *at, uint32_t i, struct event ev)
{
	if (__builtin_expect(!is_newer(ev, e), 0))
		return;
	if (lt_live_is_live(lt_live_kind(e))) {
		p->live--;
		live.bytes -= e->who >> LT_LIVE_SIZE_SHIFT;
		if (__builtin_expect(is_earlier(e), 0))
			leave_earlier(e);
	} else {
		lt_live_table.remembered--;
	}
	if (lt_live_is_live(ev.who & LT_LIVE_KIND)) {
		set_live(p, e, ev);
		return;
	}
	if (!forgets(ev)) {
		set_freed(e, ev); /* if that makes the page sparse, the next sweep sees it */
		return;
	}
	lt_live_remove(p, e, at, i);
	if (__builtin_expect(lt_live_is_sparse(p), 0))
		lt_live_shrink(p);
}

static __attribute__((noinline)) void forget_ignored(uint64_t addr8, struct event ev)
{
	struct lt_declared_event d = {
		.addr8 = addr8, .number = (uint32_t)ev.what, .numbered = ev.who & 1};
	lt_declared_forget(&d, live.pass, !live.watchful);
}

static inline __attribute__((always_inline)) void apply(uint64_t addr8, struct event ev)
{
	if (__builtin_expect(lt_declared_ignored, 0))
		forget_ignored(addr8, ev);
	struct lt_live_page *p = lt_live_page(addr8);
	if (__builtin_expect(!p, 0) && !(p = new_page(addr8)))
		return;
	ev.who |= addr8 << LT_LIVE_KIND_BITS & LT_LIVE_OFFSET;
	uint8_t *at = lt_live_granule(p, ev.who);
	uint32_t i = lt_live_find(p, ev.who, at);
	struct lt_live_entry *e = &p->entry[i];
	if (i && ((e->who ^ ev.who) & LT_LIVE_OFFSET) == 0)
		change(p, e, at, i, ev);
	else if (!forgets(ev))
		insert(p, at, i, ev);
}

static inline __attribute__((always_inline)) void add_free(
	uint64_t addr8, bool numbered, uint32_t number)
{
	uint64_t kind = LT_LIVE_FREED_PLACED | (unsigned)numbered;
	apply(addr8, (struct event){.who = live.pass << LT_LIVE_SIZE_SHIFT | kind,
			     .what = live.generation | number});
}

static inline __attribute__((always_inline)) void add_live(
	uint64_t addr8, uint64_t size, uint32_t site, bool numbered, uint32_t number)
{
	uint64_t kind = LT_LIVE_PLACED | (unsigned)numbered;
	apply(addr8, (struct event){.who = size << LT_LIVE_SIZE_SHIFT | kind,
			     .what = live.generation | (uint64_t)site << 32 | number});
}

static __attribute__((noinline)) void release(const struct half *h)
{
	add_free(h->addr8, h->numbered, h->number);
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
		release(first);
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
		release(first);
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
	add_live(addr8, size, (uint32_t)(second >> 30) & SITE, numbered, number);
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

/* What happened to the address later may have been fed before. */
static __attribute__((noinline)) void add_ignored(uint64_t addr8, bool numbered, uint32_t number)
{
	struct lt_declared_event d = {.addr8 = addr8, .number = number, .numbered = numbered};
	struct event ev = {
		.who = LT_LIVE_PLACED | (unsigned)numbered, .what = live.generation | number};
	struct lt_live_page *p = lt_live_page(addr8);
	ev.who |= addr8 << LT_LIVE_KIND_BITS & LT_LIVE_OFFSET;
	uint32_t i = p ? lt_live_find(p, ev.who, lt_live_granule(p, ev.who)) : 0;
	const struct lt_live_entry *e = i ? &p->entry[i] : NULL;
	if (!e || ((e->who ^ ev.who) & LT_LIVE_OFFSET) || is_newer(ev, e))
		lt_declared_ignore(&d, live.pass);
}

static uint32_t add_resource(const uint64_t *w, uint32_t room, uint64_t place)
{
	uint64_t lead = w[0];
	uint32_t conts = lead >> 48 & 15;
	if ((lead >> 52 & 255) != LTF_RES_IGNORE || conts != 2 || conts >= room)
		return 0;
	bool numbered = lead >> 47 & 1;
	add_ignored((w[2] & LTF_MASK60) >> 3, numbered, (uint32_t)(numbered ? lead : place));
	return conts;
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
		else if (tag == LTF_W_RES)
			i += add_resource(words + i, count - i, place + i);
	}
}

static void age(uint32_t words)
{
	live.words += words;
	if (__builtin_expect(live.words < AGE_WORDS, 1))
		return;
	live.words = 0;
	lt_live_age(live.ageing++ % LT_LIVE_PARTS);
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
		live.watchful = false;
	}
	if (live.hole && live.pass - lt_live_table.clean < PATIENCE)
		return;
	lt_live_table.clean = live.pass;
	if (lt_live_table.remembered > live.many + SWEEP && live.pass >= live.next_sweep) {
		lt_live_sweep();
		live.many = lt_live_count() / 4;
		live.next_sweep = live.pass + 2; /* what is freed now may then be forgotten */
	}
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
	return (struct lt_live_sum){.complete = lt_config.live && !live.lost,
		.unknown = live.unknown,
		.blocks = lt_live_count() - live.earlier_blocks,
		.bytes = live.bytes - live.earlier_bytes,
		.earlier_blocks = live.earlier_blocks,
		.earlier_bytes = live.earlier_bytes};
}

/* Events without a number come before all with one. */
static uint32_t birth_of(const struct lt_live_entry *e)
{
	unsigned kind = lt_live_kind(e);
	bool numbered = kind == LT_LIVE_NUMBERED || kind == LT_LIVE_NUMBERED_ELDER;
	return (uint32_t)numbered << 31 | (uint32_t)e->what >> 1;
}

void lt_live_each(void (*fn)(void *ctx, const struct lt_live_block *b), void *ctx)
{
	for (uint64_t n = 0; n <= lt_live_table.mask; n++) {
		const struct lt_live_page *p = &lt_live_table.pages[n];
		for (uint32_t i = 1; i <= p->room; i++) {
			const struct lt_live_entry *e = &p->entry[i];
			unsigned kind = lt_live_kind(e);
			if (kind == LT_LIVE_NONE || !lt_live_is_live(kind))
				continue;
			struct lt_live_block b = {.addr = lt_live_addr(p, e),
				.size = e->who >> LT_LIVE_SIZE_SHIFT,
				.site = (uint32_t)(e->what >> 32) & SITE,
				.birth = birth_of(e),
				.earlier = is_earlier(e)};
			fn(ctx, &b);
		}
	}
}

void lt_live_new_generation(bool unknown)
{
	if (live.busy || live.lost) {
		lt_live_reset();
		unknown = true;
	}
	lt_declared_inherit(true);
	live.unknown |= unknown;
	if (live.generation >> GENERATION == GENERATIONS - 1) {
		lt_live_first_generation(~(UINT64_C(3) << GENERATION));
		live.generation = 0;
	}
	live.generation += UINT64_C(1) << GENERATION;
	live.earlier_blocks = lt_live_count();
	live.earlier_bytes = live.bytes;
	live.open_used = live.later_used = 0;
	live.hole = live.watchful = false;
	lt_live_table.clean = ++live.pass; /* what is freed is forgotten */
}

void lt_live_reset(void)
{
	struct half *open = live.open, *later = live.later;
	lt_declared_inherit(!live.busy);
	lt_live_clear(!live.busy);
	memset(&live, 0, sizeof(live));
	live.open = open;
	live.later = later;
}
