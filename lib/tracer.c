#include "lib/tracer.h"

#include <string.h>
#include "lib/control.h"
#include "lib/dump.h"
#include "lib/record.h"
#include "lib/ring.h"
#include "lib/rss.h"
#include "lib/site.h"
#include "lib/sys.h"

LT_TOGETHER bool lt_numbered;
struct lt_counter lt_counters[LTF_REGION_COUNT] __attribute__((aligned(LT_CACHE_LINE)));

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
		memset(lt_counters, 0, sizeof(lt_counters));
	lt_numbered = false;
}

void lt_rare_withdraw(uint64_t *w, unsigned words, uint64_t addr, uint32_t number)
{
	for (unsigned i = 0; i < words; i++)
		lt_commit(w + i,
			LTF_LEAD(LTF_W_WITHDRAWN) | (uint64_t)LTF_REGION(addr) << 32 | number);
}

void lt_rare_missed(void)
{
	if (lt_mode == LT_MODE_STOPPED && *lt_alive)
		lt_lost(LTF_LOST_EVENTS, 1);
	else if (lt_mode == LT_MODE_ENDED)
		lt_lost(LTF_LOST_LATE, 1);
}

void lt_rare_time(struct lt_thread *t, uint64_t now)
{
	uint64_t *w = lt_ring_reserve(t, 1);
	if (!w)
		return;
	t->last_time = now;
	if (__builtin_expect(now >= lt_control_next, 0))
		lt_control_tick();
	lt_commit(w, LTF_LEAD(LTF_W_TIME) | ((now - lt_header->start_mono) / 1000 & LTF_MASK60));
}

bool lt_rare_address(void)
{
	lt_lost(LTF_LOST_ADDRESSES, 1);
	return true;
}

void lt_rare_huge(struct lt_thread *t, uint64_t addr, uint64_t size, unsigned api, uint32_t site)
{
	lt_put_alloc_words(t, addr, size, api, site, lt_numbered, true);
}

void lt_rare_stacked(struct lt_thread *t, uint64_t addr, unsigned api, const struct lt_regs *regs)
{
	uint32_t site = lt_site_take(t, regs, LT_MEMO_FREE);
	lt_put_release_words(t, LTF_W_FREE, addr, api, site, lt_numbered, site != LTF_SITE_NONE);
}

/* What the last n events say of addr: recorded, released, or nothing. */
enum last { LAST_NONE, LAST_RECORDED, LAST_RELEASED };
static enum last last_of(const struct lt_thread *t, uint32_t n, uintptr_t addr)
{
	for (uint32_t i = 1; i <= n && i <= LT_RECENT; i++) {
		uintptr_t one = t->recent[(t->recorded - i) % LT_RECENT];
		if (one == addr || one == ~addr)
			return one == addr ? LAST_RECORDED : LAST_RELEASED;
	}
	return LAST_NONE;
}

bool lt_rare_recorded(const struct lt_thread *t, uint32_t call, uintptr_t addr)
{
	return last_of(t, t->recorded - call, addr) == LAST_RECORDED;
}

bool lt_rare_released(const struct lt_thread *t, uintptr_t addr)
{
	return last_of(t, LT_RECENT, addr) != LAST_RECORDED;
}

/* Out of line, for the hooks that are called less often. */
void lt_trace_alloc(
	uint32_t call, const void *p, size_t size, enum ltf_api api, const struct lt_regs *regs)
{
	struct lt_thread *t = lt_recorder();
	if (t)
		lt_record_alloc(t, call, p, size, api, regs);
}

void lt_trace_free(const void *p, enum ltf_api api, const struct lt_regs *regs)
{
	struct lt_thread *t = lt_recorder();
	if (t && lt_record_free(t, p, api))
		lt_rare_stacked(t, (uintptr_t)p, api, regs);
}

void lt_trace_realloc_begin(const void *p)
{
	struct lt_thread *t = lt_recorder();
	if (!t || lt_out_of_range((uintptr_t)p) || lt_is_releasing(t, (uintptr_t)p))
		return;
	t->releasing = (uintptr_t)p;
	lt_note_released(t, (uintptr_t)p);
	lt_stamp(t);
	lt_put_release(t, LTF_W_RELEASE, (uintptr_t)p, LTF_API_REALLOC);
}

void lt_trace_realloc_end(
	uint32_t call, const void *p, const void *result, size_t size, const struct lt_regs *regs)
{
	struct lt_thread *t = lt_recorder();
	if (!t || lt_out_of_range((uintptr_t)p))
		return;
	if (result && lt_is_recorded(t, call, (uintptr_t)result))
		return;
	if (!result) {
		lt_count(&t->counts.frees, UINT64_MAX); /* not so */
		lt_put_release(t, LTF_W_RESTORE, (uintptr_t)p, LTF_API_REALLOC);
		return;
	}
	lt_put_alloc(
		t, (uintptr_t)result, size, LTF_API_REALLOC, lt_site_take(t, regs, LT_MEMO_ALLOC));
	lt_note_recorded(t, (uintptr_t)result, size);
}

/* Apart from taking the stack, which goes deep: little is kept meanwhile. */
static __attribute__((noinline)) void put_resource(
	struct lt_thread *t, enum ltf_res kind, const uint64_t *args, unsigned nargs, uint32_t site)
{
	bool numbered = lt_numbered && ltf_res_is_ordered(kind);
	uint32_t number = 0;
	/* Readers know as much of a handle as is written. glibc's timers have a higher bit. */
	uint64_t *w = lt_reserve(
		t, 2 + nargs, numbered, ltf_res_order(kind, args[0] & LTF_MASK60), &number);
	if (!w)
		return;
	w[1] = LTF_CONT(site);
	for (unsigned i = 0; i < nargs; i++)
		w[2 + i] = LTF_CONT(args[i]);
	lt_commit(w, LTF_LEAD(LTF_W_RES) | (uint64_t)kind << 52 | (uint64_t)(nargs + 1) << 48 |
			     (numbered ? 1ull << 47 | number : 0));
}

void lt_trace_resource(
	enum ltf_res kind, const uint64_t *args, unsigned nargs, const struct lt_regs *regs)
{
	struct lt_thread *t = lt_recorder();
	if (t)
		lt_trace_told(t, kind, args, nargs, regs);
}

struct lt_thread *lt_teller(void)
{
	if (lt_mode != LT_MODE_PAUSED)
		return lt_recorder();
	if (*lt_alive == 0)
		return NULL;
	return lt_self && lt_self->ready == LT_READY ? lt_self : lt_thread_enter();
}

void lt_trace_told(struct lt_thread *t, enum ltf_res kind, const uint64_t *args, unsigned nargs,
	const struct lt_regs *regs)
{
	if (lt_mode == LT_MODE_ON)
		lt_stamp(t);
	put_resource(
		t, kind, args, nargs, regs ? lt_site_take(t, regs, LT_MEMO_ALLOC) : LTF_SITE_NONE);
}

void lt_trace_meta(const char *key, const void *value, size_t len)
{
	char buf[2048];
	struct lt_thread *t = lt_recorder();
	size_t k = strlen(key) + 1;
	if (!t || k >= sizeof(buf))
		return;
	if (len > sizeof(buf) - k)
		len = sizeof(buf) - k;
	memcpy(buf, key, k);
	memcpy(buf + k, value, len);
	lt_ring_blob(t, LTF_BLOB_META, buf, k + len);
}
