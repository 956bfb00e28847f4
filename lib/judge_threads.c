/* What of threads' memory is alive. Of a living thread: its stack from the stack pointer up, static
 * thread-local storage, descriptor, registers. Of one that has ended and is not joined: what it has
 * returned. The C library keeps the stacks of others for new threads: nothing of them. */
#include "lib/judge_in.h"

#include "format/scan.h"
#include "lib/lifecycle.h"
#include "lib/nptl.h"
#include "lib/real.h"
#include "lib/snapshot.h"

enum { NEEDLES = 4096 };

extern void *__libc_stack_end __attribute__((weak));

/* Addresses, in order, and what is known of the blocks that they are in: stacks, for one. */
static struct {
	const struct lt_moment *moment;
	bool main_seen; /* false: it has ended, and was joined */
	bool closed;    /* libraries with thread-local storage */
	uint32_t n;
	/* At an address in the block, at most so far from its start; what it has between low and sp
	 * is dead, if low is not 0. */
	struct {
		uintptr_t at, far, low, sp;
	} needle[NEEDLES];
} threads;

static bool readable(uintptr_t start, uintptr_t end)
{
	const struct lt_mapping *m = lt_cut.mappings;
	uint32_t i = lt_mapping_find(m, lt_cut.mapping_count, start);
	for (; i < lt_cut.mapping_count && m[i].start <= start; start = m[i++].end) {
		if (!(m[i].flags & LT_MAPPING_READ))
			return false;
		if (m[i].end >= end)
			return true;
	}
	return false;
}

static void add_word(uintptr_t value, uint32_t kind, int tid, unsigned number)
{
	if (value && lt_cut.scan.n_words < LT_JUDGE_WORDS)
		lt_cut.words[lt_cut.scan.n_words++] = (struct lt_scan_word){
			.value = value, .kind = kind, .id = (uint32_t)tid, .number = number};
}

/* What holds the block that the address is in, if it is in one. */
static void add_needle(uintptr_t at, uintptr_t far, uintptr_t low, uintptr_t sp)
{
	uint32_t k = threads.n;
	if (k == NEEDLES)
		return;
	threads.n++;
	for (; k && threads.needle[k - 1].at > at; k--)
		threads.needle[k] = threads.needle[k - 1];
	threads.needle[k].at = at;
	threads.needle[k].far = far;
	threads.needle[k].low = low;
	threads.needle[k].sp = sp;
}

struct lt_scan_range lt_judge_main_stack(void)
{
	const struct lt_mapping *m = lt_cut.mappings;
	for (uint32_t i = 0; i < lt_cut.mapping_count; i++)
		if (m[i].flags & LT_MAPPING_STACK)
			return (struct lt_scan_range){m[i].start, m[i].end};
	return (struct lt_scan_range){0, 0};
}

static bool is_own(uintptr_t tls, uintptr_t end)
{
	uintptr_t tp = (uintptr_t)__builtin_thread_pointer();
	return tp >= tls && tp < end;
}

/* Where the thread's stack begins to live; 0: not known. */
static uintptr_t stack_pointer(const struct lt_nptl_thread *t)
{
	const struct lt_moment *m = threads.moment;
	if (m->dead_low && is_own(t->tls, t->end))
		return m->dead_high;
	for (uint32_t i = 0; i < m->n_threads; i++)
		if (m->thread[i].tid == t->tid && (m->thread[i].flags & LT_MOMENT_SP_KNOWN))
			return m->thread[i].sp;
	return 0;
}

static void add_living(const struct lt_nptl_thread *t, uintptr_t low, uintptr_t high)
{
	static const uint8_t saved[] = {3, 6, 12, 13, 14, 15}; /* DWARF's */
	const struct lt_caller *caller = threads.moment->caller;
	struct lt_roots *r = &lt_cut.roots;
	uintptr_t sp = stack_pointer(t);
	lt_roots_claim(r, low, high, LT_SCAN_STACK, (uint32_t)t->tid);
	/* Apart, so that the reader knows where the thread pointer is. */
	lt_roots_claim(r, t->tls, t->self, LT_SCAN_TLS, (uint32_t)t->tid);
	lt_roots_claim(r, t->self, t->end, LT_SCAN_TLS, (uint32_t)t->tid);
	for (unsigned i = 0; caller && i < sizeof(saved) && is_own(t->tls, t->end); i++)
		add_word(caller->reg[i], LT_SCAN_REGISTERS, t->tid, saved[i]);
	if (sp >= low && sp < high)
		lt_roots_subtract(r, low, sp);
	else
		sp = 0;
	if (t->low)
		add_needle(t->end - 1, UINTPTR_MAX, t->low, sp ? sp : t->low);
}

/* What is above has been there before main. */
static void end_main_stack(void)
{
	uintptr_t end = &__libc_stack_end ? (uintptr_t)__libc_stack_end : 0;
	lt_roots_subtract(&lt_cut.roots, lt_judge_main_stack().start, end);
}

/* The loader's still, but nobody reads it again. */
static void add_closed(void *unused, uintptr_t storage)
{
	(void)unused;
	threads.closed = true;
	add_needle(storage, UINTPTR_MAX, storage, UINTPTR_MAX);
}

static void add_thread(void *unused, const struct lt_nptl_thread *t)
{
	struct lt_roots *r = &lt_cut.roots;
	struct lt_scan_range stack =
		t->low ? (struct lt_scan_range){t->low, t->high} : lt_judge_main_stack();
	(void)unused;
	threads.main_seen |= !t->low;
	if (t->low)
		lt_judge_mark(t->low, t->end, LTF_MAPPING_STACK);
	add_word(t->vector, LT_SCAN_TLS, t->tid, 0);
	lt_nptl_each_closed(t->vector, readable, add_closed, NULL);
	if (t->state == LT_NPTL_LIVES) {
		add_living(t, stack.start, t->low ? t->tls : stack.end);
		return;
	}
	if (t->state == LT_NPTL_ENDED && readable(t->result, t->result + sizeof(uintptr_t)))
		add_word(*(const uintptr_t *)t->result, LT_SCAN_TLS, t->tid, 0);
	if (t->low) {
		lt_roots_subtract(r, t->low, t->high);
	} else {
		lt_roots_subtract(r, t->tls, t->end);
		end_main_stack();
	}
}

/* Where not all are known, some may be: what a call was given. Numbers are DWARF's. */
static void add_registers(const struct lt_moment_thread *t)
{
	static const uint8_t number[LT_MOMENT_REGS] = {
		8, 9, 10, 11, 12, 13, 14, 15, 5, 4, 6, 3, 1, 0, 2, 7};
	for (unsigned i = 0; i < LT_MOMENT_REGS; i++)
		add_word(t->reg[i], LT_SCAN_REGISTERS, t->tid, number[i]);
	if (t->flags & LT_MOMENT_SP_KNOWN)
		add_needle(t->sp, UINTPTR_MAX, 0, t->sp);
}

/* The first needle at or behind an address. */
static uint32_t needle_from(uintptr_t at)
{
	uint32_t low = 0, high = threads.n;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (threads.needle[middle].at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The loader's tables of objects begin at a cache line within their blocks, whose starts only they
 * know themselves. */
static void add_loaders_tables(void)
{
	enum { LINE = 64, FAR = 2 * LINE };
	const struct lt_roots *r = &lt_cut.roots;
	for (uint32_t i = 0; i < r->n; i++) {
		if (r->root[i].start - lt_loader_low >= lt_loader_size)
			continue;
		for (uintptr_t at = r->root[i].start; at < r->root[i].end; at += sizeof(at)) {
			uintptr_t value = *(const uintptr_t *)at;
			if (value && value % LINE == 0)
				add_needle(value, FAR, 0, 0);
		}
	}
}

/* Such blocks are held. */
static void hold_blocks(void)
{
	enum { LEAST = 1024 };
	struct lt_scan *s = &lt_cut.scan;
	for (uint32_t i = 0; threads.n && i < s->n_blocks; i++) {
		struct lt_scan_block *b = &s->blocks[i];
		uintptr_t end = b->addr + b->size;
		if (b->size < LEAST && !threads.closed)
			continue;
		for (uint32_t k = needle_from(b->addr); k < threads.n && threads.needle[k].at < end;
			k++) {
			uintptr_t low = threads.needle[k].low, sp = threads.needle[k].sp;
			if (threads.needle[k].at - b->addr > threads.needle[k].far)
				continue;
			b->flags |= LT_SCAN_HELD;
			if (low) /* else others' stacks may lie below */
				lt_judge_skip(low > b->addr ? low : b->addr, sp < end ? sp : end);
		}
	}
}

void lt_judge_threads(const struct lt_moment *moment)
{
	struct lt_scan_range stack = lt_judge_main_stack();
	threads.n = 0;
	threads.main_seen = threads.closed = false;
	threads.moment = moment;
	if (moment->dead_low >= stack.start && moment->dead_low < stack.end)
		lt_roots_subtract(&lt_cut.roots, stack.start, moment->dead_high);
	else if (moment->dead_low)
		add_needle(moment->dead_low, UINTPTR_MAX, 0, moment->dead_low);
	for (uint32_t i = 0; i < moment->n_threads; i++)
		add_registers(&moment->thread[i]);
	if (lt_nptl_each(readable, add_thread, NULL) && !threads.main_seen)
		end_main_stack();
	add_loaders_tables();
	hold_blocks();
}

bool lt_judge_each_thread(void (*fn)(void *arg, const struct lt_nptl_thread *thread), void *arg)
{
	return lt_nptl_each(readable, fn, arg);
}
