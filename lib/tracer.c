#include "lib/tracer.h"

#include <stdatomic.h>
#include <string.h>
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/dump.h"
#include "lib/ring.h"
#include "lib/rss.h"
#include "lib/site.h"
#include "lib/sys.h"

enum { CACHE_LINE = 64, FREE_SAMPLE = 64 };

/* What each event goes through is one function to the compiler, and what is rare is another: a
 * function that does both saves registers for the rare that the usual could do without. */
#define INLINE static inline __attribute__((always_inline))
#define COLD   __attribute__((noinline, cold))

LT_TOGETHER bool lt_numbered;

/* One counter for each address region, a cache line each. */
struct counter {
	_Atomic uint32_t next;
	char pad[CACHE_LINE - sizeof(uint32_t)];
};
static struct counter counters[LTF_REGION_COUNT] __attribute__((aligned(CACHE_LINE)));

void lt_become_threaded(void)
{
	if (lt_numbered)
		return;
	if (lt_mode == LT_MODE_ON || lt_mode == LT_MODE_PAUSED)
		lt_rss_open();
	__atomic_store_n(&lt_numbered, true, __ATOMIC_SEQ_CST);
}

void lt_tracer_reset(void)
{
	if (lt_numbered)
		memset(counters, 0, sizeof(counters));
	lt_numbered = false;
}

/* Fills the reserved words, each by itself: no event has this number. */
static COLD void withdraw(uint64_t *w, unsigned words, uint64_t addr, uint32_t number)
{
	for (unsigned i = 0; i < words; i++)
		lt_commit(w + i,
			LTF_LEAD(LTF_W_WITHDRAWN) | (uint64_t)LTF_REGION(addr) << 32 | number);
}

/* Room for an event, and its number. A signal handler that records something between the two takes
 * lower numbers for words further on; then both are taken anew, so that a thread's numbers of a
 * region rise from word to word. */
INLINE uint64_t *reserve_numbered(
	struct lt_thread *t, unsigned words, uint64_t addr, uint32_t *number)
{
	for (;;) {
		uint64_t *w = lt_ring_reserve(t, words);
		if (!w)
			return NULL;
		*number = atomic_fetch_add_explicit(
			&counters[LTF_REGION(addr)].next, 1, memory_order_seq_cst);
		if (__builtin_expect(__atomic_load_n(&t->cur, __ATOMIC_RELAXED) == w + words, 1))
			return w;
		withdraw(w, words, addr, *number);
	}
}

INLINE uint64_t *reserve(
	struct lt_thread *t, unsigned words, bool numbered, uint64_t addr, uint32_t *number)
{
	return numbered ? reserve_numbered(t, words, addr, number) : lt_ring_reserve(t, words);
}

static COLD void count_missed(void)
{
	if (lt_mode == LT_MODE_STOPPED && *lt_alive)
		lt_lost(LTF_LOST_EVENTS, 1);
	else if (lt_mode == LT_MODE_ENDED)
		lt_lost(LTF_LOST_LATE, 1);
}

/* The thread's state when this call is to be recorded, else NULL. */
INLINE struct lt_thread *recorder(void)
{
	struct lt_thread *t = lt_self;
	if (__builtin_expect(lt_mode != LT_MODE_ON, 0)) {
		count_missed();
		return NULL;
	}
	if (__builtin_expect(!t || t->ready != LT_READY, 0))
		t = lt_thread_enter();
	return t;
}

static COLD void put_time(struct lt_thread *t, uint64_t now)
{
	uint64_t *w = lt_ring_reserve(t, 1);
	if (!w)
		return;
	t->last_time = now;
	lt_commit(w, LTF_LEAD(LTF_W_TIME) | ((now - lt_header->start_mono) / 1000 & LTF_MASK60));
}

/* A TIME word where the coarse clock has moved since this thread's last. */
INLINE void stamp(struct lt_thread *t)
{
	uint64_t now = lt_clock_mono();
	if (__builtin_expect(now != t->last_time, 0))
		put_time(t, now);
}

static COLD bool count_out_of_range(void)
{
	lt_lost(LTF_LOST_ADDRESSES, 1);
	return true;
}

INLINE bool out_of_range(uint64_t addr)
{
	return __builtin_expect(addr >> 47, 0) && count_out_of_range();
}

INLINE void put_alloc_words(struct lt_thread *t, uint64_t addr, uint64_t size, unsigned api,
	uint32_t site, bool numbered, bool huge)
{
	unsigned at = 2;
	uint32_t number = 0;
	uint64_t *w = reserve(t, 2u + numbered + huge, numbered, addr, &number);
	if (!w)
		return;
	uint64_t low = huge ? 0 : size;
	w[1] = LTF_CONT((uint64_t)site << 30 | (low >> 12) << 2 |
			(numbered ? LTF_ALLOC_NUMBERED : 0) | (huge ? LTF_ALLOC_HUGE : 0));
	if (numbered)
		w[at++] = LTF_CONT(number);
	if (huge)
		w[at] = LTF_CONT(size);
	lt_commit(w, LTF_LEAD(LTF_W_ALLOC) | LTF_ADDR44(addr) << 16 | (uint64_t)api << 12 |
			     (low & 0xfff));
}

static COLD void put_huge(
	struct lt_thread *t, uint64_t addr, uint64_t size, unsigned api, uint32_t site)
{
	put_alloc_words(t, addr, size, api, site, lt_numbered, true);
}

INLINE void put_alloc(
	struct lt_thread *t, uint64_t addr, uint64_t size, unsigned api, uint32_t site)
{
	if (__builtin_expect(size >> LTF_SIZE_BITS, 0))
		put_huge(t, addr, size, api, site);
	else if (lt_numbered)
		put_alloc_words(t, addr, size, api, site, true, false);
	else
		put_alloc_words(t, addr, size, api, site, false, false);
}

INLINE void put_release_words(struct lt_thread *t, unsigned tag, uint64_t addr, unsigned api,
	uint32_t site, bool numbered, bool stacked)
{
	unsigned at = 1;
	uint32_t number = 0;
	uint64_t *w = reserve(t, 1u + numbered + stacked, numbered, addr, &number);
	if (!w)
		return;
	if (numbered)
		w[at++] = LTF_CONT(number);
	if (stacked)
		w[at] = LTF_CONT(site);
	lt_commit(w, LTF_LEAD(tag) | LTF_ADDR44(addr) << 16 | (uint64_t)api << 12 |
			     (numbered ? LTF_FREE_NUMBERED : 0) | (stacked ? LTF_FREE_STACKED : 0));
}

/* A release of which the stack is kept, too. */
static __attribute__((noinline)) void put_stacked(
	struct lt_thread *t, uint64_t addr, unsigned api, const struct lt_regs *regs)
{
	uint32_t site = lt_site_take(t, regs, LT_MEMO_FREE);
	put_release_words(t, LTF_W_FREE, addr, api, site, lt_numbered, site != LTF_SITE_NONE);
}

INLINE void put_release(struct lt_thread *t, unsigned tag, uint64_t addr, unsigned api)
{
	if (lt_numbered)
		put_release_words(t, tag, addr, api, LTF_SITE_NONE, true, false);
	else
		put_release_words(t, tag, addr, api, LTF_SITE_NONE, false, false);
}

static __attribute__((noinline)) bool find_recorded(
	const struct lt_thread *t, uint32_t call, uintptr_t addr)
{
	uint32_t n = t->recorded - call;
	for (uint32_t i = 1; i <= n && i <= LT_RECENT; i++)
		if (t->recent[(t->recorded - i) % LT_RECENT] == addr)
			return true;
	return false;
}

/* True when a hook further in has recorded this block. What a signal handler records meanwhile lies
 * beside it. */
INLINE bool is_recorded(const struct lt_thread *t, uint32_t call, uintptr_t addr)
{
	return __builtin_expect(t->recorded != call, 0) && find_recorded(t, call, addr);
}

INLINE void note_recorded(struct lt_thread *t, uintptr_t addr)
{
	t->recent[t->recorded++ % LT_RECENT] = addr;
	if (__builtin_expect(t->releasing == addr, 0)) /* left by a handler's longjmp */
		t->releasing = 0;
}

void lt_trace_alloc(
	uint32_t call, const void *p, size_t size, enum ltf_api api, const struct lt_regs *regs)
{
	struct lt_thread *t = recorder();
	uintptr_t addr = (uintptr_t)p;
	if (!t || out_of_range(addr))
		return;
	if (is_recorded(t, call, addr))
		return;
	stamp(t);
	put_alloc(t, addr, size, api, lt_site_take(t, regs, LT_MEMO_ALLOC));
	note_recorded(t, addr);
}

INLINE bool wants_free_stack(struct lt_thread *t)
{
	if (lt_config.free_stacks == LT_FREE_STACKS_SAMPLED)
		return t->releases++ % FREE_SAMPLE == 0;
	return lt_config.free_stacks == LT_FREE_STACKS_ALL;
}

void lt_trace_free(const void *p, enum ltf_api api, const struct lt_regs *regs)
{
	/* Most allocators look next at what stands before a block; it often is in no cache. */
	__builtin_prefetch((const char *)p - 16, 1);
	struct lt_thread *t = recorder();
	uintptr_t addr = (uintptr_t)p;
	if (!t || out_of_range(addr) || t->releasing == addr)
		return;
	t->releasing = addr;
	stamp(t);
	if (wants_free_stack(t))
		put_stacked(t, addr, api, regs);
	else
		put_release(t, LTF_W_FREE, addr, api);
}

void lt_trace_realloc_begin(const void *p)
{
	struct lt_thread *t = recorder();
	if (!t || out_of_range((uintptr_t)p) || t->releasing == (uintptr_t)p)
		return;
	t->releasing = (uintptr_t)p;
	stamp(t);
	put_release(t, LTF_W_RELEASE, (uintptr_t)p, LTF_API_REALLOC);
}

void lt_trace_realloc_end(
	uint32_t call, const void *p, const void *result, size_t size, const struct lt_regs *regs)
{
	struct lt_thread *t = recorder();
	if (!t || out_of_range((uintptr_t)p))
		return;
	if (result && is_recorded(t, call, (uintptr_t)result))
		return;
	if (!result) {
		put_release(t, LTF_W_RESTORE, (uintptr_t)p, LTF_API_REALLOC);
		return;
	}
	put_alloc(
		t, (uintptr_t)result, size, LTF_API_REALLOC, lt_site_take(t, regs, LT_MEMO_ALLOC));
	note_recorded(t, (uintptr_t)result);
}

void lt_trace_resource(
	enum ltf_res kind, const uint64_t *args, unsigned nargs, const struct lt_regs *regs)
{
	struct lt_thread *t = recorder();
	if (!t)
		return;
	stamp(t);
	uint32_t site = lt_site_take(t, regs, LT_MEMO_ALLOC);
	bool numbered = lt_numbered;
	uint32_t number = 0;
	uint64_t *w = reserve(t, 2 + nargs, numbered, args[0], &number);
	if (!w)
		return;
	w[1] = LTF_CONT(site);
	for (unsigned i = 0; i < nargs; i++)
		w[2 + i] = LTF_CONT(args[i]);
	lt_commit(w, LTF_LEAD(LTF_W_RES) | (uint64_t)kind << 52 | (uint64_t)(nargs + 1) << 48 |
			     (numbered ? 1ull << 47 | number : 0));
}

void lt_trace_meta(const char *key, const void *value, size_t len)
{
	char buf[2048];
	struct lt_thread *t = recorder();
	size_t k = strlen(key) + 1;
	if (!t || k >= sizeof(buf))
		return;
	if (len > sizeof(buf) - k)
		len = sizeof(buf) - k;
	memcpy(buf, key, k);
	memcpy(buf + k, value, len);
	lt_ring_blob(t, LTF_BLOB_META, buf, k + len);
}
