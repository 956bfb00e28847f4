/* What every allocation and release goes through, for the tracer and for the two hooks that are
 * called most: in line, because a call costs as much as the recording. What is rare is a function
 * of its own (lt_rare_...): one that does both saves registers for the rare that the usual could do
 * without. */
#ifndef LT_RECORD_H
#define LT_RECORD_H

#include <stdatomic.h>
#include "lib/clock.h"
#include "lib/config.h"
#include "lib/ring.h"
#include "lib/site.h"
#include "lib/tracer.h"

#define LT_INLINE static inline __attribute__((always_inline))
#define LT_RARE   __attribute__((noinline, cold))

enum { LT_CACHE_LINE = 64, LT_FREE_SAMPLE_SHIFT = 26 /* one in 64 */ };

/* One counter for each address region, a cache line each. */
struct lt_counter {
	_Atomic uint32_t next;
	char pad[LT_CACHE_LINE - sizeof(uint32_t)];
};
extern LT_OWN struct lt_counter lt_counters[LTF_REGION_COUNT];

/* Fills the reserved words, each by itself: no event has this number. */
LT_RARE void lt_rare_withdraw(uint64_t *w, unsigned words, uint64_t addr, uint32_t number);
/* Not recording: counts what is lost. */
LT_RARE void lt_rare_missed(void);
LT_RARE void lt_rare_time(struct lt_thread *t, uint64_t now);
/* Counts a block at an address that the format has no room for; true. */
LT_RARE bool lt_rare_address(void);
LT_RARE void lt_rare_huge(
	struct lt_thread *t, uint64_t addr, uint64_t size, unsigned api, uint32_t site);
/* A release of which the stack is kept, too. */
LT_RARE void lt_rare_stacked(
	struct lt_thread *t, uint64_t addr, unsigned api, const struct lt_regs *regs);
LT_RARE bool lt_rare_recorded(const struct lt_thread *t, uint32_t call, uintptr_t addr);
/* True when the release of addr that t->releasing speaks of is the last that happened to it. */
LT_RARE bool lt_rare_released(const struct lt_thread *t, uintptr_t addr);

/* True when this thread's state is ready, and the tracer records. */
LT_INLINE bool lt_records(const struct lt_thread *t)
{
	return __builtin_expect(lt_mode == LT_MODE_ON, 1) &&
	       __builtin_expect(t && t->ready == LT_READY, 1);
}

/* The thread's state when this call is to be recorded, else NULL. */
LT_INLINE struct lt_thread *lt_recorder(void)
{
	struct lt_thread *t = lt_self;
	if (__builtin_expect(lt_mode != LT_MODE_ON, 0)) {
		lt_rare_missed();
		return NULL;
	}
	if (__builtin_expect(!t || t->ready != LT_READY, 0))
		t = lt_thread_enter();
	return t;
}

/* Room for an event, and its number. A signal handler that records something between the two takes
 * lower numbers for words further on; then both are taken anew, so that a thread's numbers of a
 * region rise from word to word. */
LT_INLINE uint64_t *lt_reserve_numbered(
	struct lt_thread *t, unsigned words, uint64_t addr, uint32_t *number)
{
	for (;;) {
		uint64_t *w = lt_ring_reserve(t, words);
		if (!w)
			return NULL;
		*number = atomic_fetch_add_explicit(
			&lt_counters[LTF_REGION(addr)].next, 1, memory_order_seq_cst);
		if (__builtin_expect(__atomic_load_n(&t->cur, __ATOMIC_RELAXED) == w + words, 1))
			return w;
		lt_rare_withdraw(w, words, addr, *number);
	}
}

LT_INLINE uint64_t *lt_reserve(
	struct lt_thread *t, unsigned words, bool numbered, uint64_t addr, uint32_t *number)
{
	return numbered ? lt_reserve_numbered(t, words, addr, number) : lt_ring_reserve(t, words);
}

/* A TIME word where the coarse clock has moved since this thread's last. */
LT_INLINE void lt_stamp(struct lt_thread *t)
{
	uint64_t now = lt_clock_mono();
	if (__builtin_expect(now != t->last_time, 0))
		lt_rare_time(t, now);
}

LT_INLINE bool lt_out_of_range(uint64_t addr)
{
	return __builtin_expect(addr >> 47, 0) && lt_rare_address();
}

LT_INLINE void lt_put_alloc_words(struct lt_thread *t, uint64_t addr, uint64_t size, unsigned api,
	uint32_t site, bool numbered, bool huge)
{
	unsigned at = 2;
	uint32_t number = 0;
	uint64_t *w = lt_reserve(t, 2u + numbered + huge, numbered, addr, &number);
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

LT_INLINE void lt_put_alloc(
	struct lt_thread *t, uint64_t addr, uint64_t size, unsigned api, uint32_t site)
{
	if (__builtin_expect(size >> LTF_SIZE_BITS, 0))
		lt_rare_huge(t, addr, size, api, site);
	else if (lt_numbered)
		lt_put_alloc_words(t, addr, size, api, site, true, false);
	else
		lt_put_alloc_words(t, addr, size, api, site, false, false);
}

LT_INLINE void lt_put_release_words(struct lt_thread *t, unsigned tag, uint64_t addr, unsigned api,
	uint32_t site, bool numbered, bool stacked)
{
	unsigned at = 1;
	uint32_t number = 0;
	uint64_t *w = lt_reserve(t, 1u + numbered + stacked, numbered, addr, &number);
	if (!w)
		return;
	if (numbered)
		w[at++] = LTF_CONT(number);
	if (stacked)
		w[at] = LTF_CONT(site);
	lt_commit(w, LTF_LEAD(tag) | LTF_ADDR44(addr) << 16 | (uint64_t)api << 12 |
			     (numbered ? LTF_FREE_NUMBERED : 0) | (stacked ? LTF_FREE_STACKED : 0));
}

LT_INLINE void lt_put_release(struct lt_thread *t, unsigned tag, uint64_t addr, unsigned api)
{
	if (lt_numbered)
		lt_put_release_words(t, tag, addr, api, LTF_SITE_NONE, true, false);
	else
		lt_put_release_words(t, tag, addr, api, LTF_SITE_NONE, false, false);
}

/* True when a hook further in has recorded this block. What a signal handler records meanwhile lies
 * beside it. */
LT_INLINE bool lt_is_recorded(const struct lt_thread *t, uint32_t call, uintptr_t addr)
{
	return __builtin_expect(t->recorded != call, 0) && lt_rare_recorded(t, call, addr);
}

/* A block that a signal handler was given and has given back may be handed out by the very call
 * that the handler interrupted. */
LT_INLINE void lt_note_released(struct lt_thread *t, uintptr_t addr)
{
	lt_count(&t->counts.frees, 1);
	t->recent[t->recorded++ % LT_RECENT] = ~addr;
}

/* True when a hook further out is releasing this block, and has recorded that. */
LT_INLINE bool lt_is_releasing(const struct lt_thread *t, uintptr_t addr)
{
	return __builtin_expect(t->releasing == addr, 0) && lt_rare_released(t, addr);
}

LT_INLINE void lt_note_recorded(struct lt_thread *t, uintptr_t addr, uint64_t size)
{
	lt_count(&t->counts.allocations, 1);
	lt_count(&t->counts.bytes, size);
	t->recent[t->recorded++ % LT_RECENT] = addr;
	if (__builtin_expect(t->releasing == addr, 0)) /* left by a handler's longjmp */
		t->releasing = 0;
}

/* As lt_trace_alloc, for a thread that records. */
LT_INLINE void lt_record_alloc(struct lt_thread *t, uint32_t call, const void *p, size_t size,
	enum ltf_api api, const struct lt_regs *regs)
{
	uintptr_t addr = (uintptr_t)p;
	if (lt_out_of_range(addr) || lt_is_recorded(t, call, addr))
		return;
	lt_stamp(t);
	lt_put_alloc(t, addr, size, api, lt_site_take(t, regs, LT_MEMO_ALLOC));
	lt_note_recorded(t, addr, size);
}

/* One in 64, at distances of 34, 55 and 89 in turn (the multiples of the golden ratio): a program
 * that releases in rounds is seen at each place of the round. */
LT_INLINE bool lt_wants_free_stack(struct lt_thread *t)
{
	if (__builtin_expect(lt_config.free_stacks == LT_FREE_STACKS_SAMPLED, 1))
		return t->releases++ * 0x9e3779b1u >> LT_FREE_SAMPLE_SHIFT == 0;
	return lt_config.free_stacks == LT_FREE_STACKS_ALL;
}

/* As lt_trace_free, for a thread that records. True: not recorded, because its stack is to be kept,
 * too; that is for lt_rare_stacked. */
LT_INLINE bool lt_record_free(struct lt_thread *t, const void *p, enum ltf_api api)
{
	uintptr_t addr = (uintptr_t)p;
	/* Most allocators look next at what stands before a block; it often is in no cache. */
	__builtin_prefetch((const char *)p - 16, 1);
	if (lt_out_of_range(addr) || lt_is_releasing(t, addr))
		return false;
	t->releasing = addr;
	lt_note_released(t, addr);
	lt_stamp(t);
	if (__builtin_expect(lt_wants_free_stack(t), 0))
		return true;
	lt_put_release(t, LTF_W_FREE, addr, api);
	return false;
}

#endif
