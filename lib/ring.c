#include "lib/ring.h"

#include <string.h>
#include "lib/clock.h"
#include "lib/drain.h"
#include "lib/dump.h"
#include "lib/lifecycle.h"
#include "lib/onstack.h"
#include "lib/sys.h"
#include "lib/tracer.h"

enum {
	GROW_MAX = 1 << 20,
	/* The ring grows at once up to 2 MiB, and eight blocks a thread; beyond that only when
	 * waiting for the drainer has not helped. */
	READY_BLOCKS = 512,
	READY_PER_THREAD = 8,
	PATIENCE_MS = 200,
	WAIT_MS = 2000,
	WAIT_MOST_MS = 60000,
	NAME_FIRST = 8, /* blocks */
	NAME_EVERY = 32,
	PAD = 64, /* not a multiple of a page: they begin in one that is in use */
	CLOSE_MOST = LT_RING_FIRST / LTF_BLOCK_SIZE
};

static bool is_over(void)
{
	return lt_mode == LT_MODE_STOPPED || lt_mode == LT_MODE_ENDED || lt_sealed;
}

/* The free list's head: a count in the high half, which a pop changes, so that a block that is
 * popped and pushed between another thread's read and its exchange is not mistaken for itself. */
LT_TOGETHER static struct {
	struct lt_block *blocks;
	_Atomic uint32_t count, free, owned;
	_Atomic uint64_t tickets;
	_Atomic uint64_t head;
	_Atomic bool growing;
} LT_LINE ring;

uint32_t lt_ring_blocks(void)
{
	return atomic_load_explicit(&ring.count, memory_order_acquire);
}

struct lt_block *lt_ring_block(uint32_t i)
{
	return &ring.blocks[i];
}

uint32_t lt_ring_free(void)
{
	return atomic_load_explicit(&ring.free, memory_order_relaxed);
}

uint32_t lt_ring_owned(void)
{
	return atomic_load_explicit(&ring.owned, memory_order_relaxed);
}

static void push(uint32_t i)
{
	uint64_t old = atomic_load(&ring.head), new;
	do {
		atomic_store(&ring.blocks[i].next, (uint32_t)old);
		new = (old & ~0xffffffffull) | i;
	} while (!atomic_compare_exchange_weak(&ring.head, &old, new));
	atomic_fetch_add(&ring.free, 1);
}

static uint32_t pop(void)
{
	uint64_t old = atomic_load(&ring.head), new;
	do {
		if ((uint32_t)old == LT_BLOCK_NONE)
			return LT_BLOCK_NONE;
		uint32_t next = atomic_load(&ring.blocks[(uint32_t)old].next);
		new = ((old >> 32) + 1) << 32 | next;
	} while (!atomic_compare_exchange_weak(&ring.head, &old, new));
	atomic_fetch_sub(&ring.free, 1);
	return (uint32_t)old;
}

/* The first is the first to be taken. */
static void add_blocks(char *mem, size_t len)
{
	uint32_t from = atomic_load(&ring.count), i = from;
	for (size_t done = 0; done < len && i < LT_BLOCKS_MAX; done += LTF_BLOCK_SIZE)
		ring.blocks[i++].mem = (struct ltf_block *)(mem + done);
	atomic_store_explicit(&ring.count, i, memory_order_release);
	while (i > from)
		push(--i);
}

bool lt_ring_init(void *extent, size_t len)
{
	if (!ring.blocks)
		ring.blocks = lt_sys_map(LT_BLOCKS_MAX * sizeof(struct lt_block) + PAD, true);
	if (!ring.blocks)
		return false;
	ring.count = ring.free = ring.owned = 0;
	ring.tickets = 0;
	ring.growing = false;
	atomic_store(&ring.head, LT_BLOCK_NONE);
	add_blocks(extent, len);
	return true;
}

/* Extents double the ring, a MiB at the most at once. */
static bool grow(void)
{
	size_t len = (size_t)lt_ring_blocks() * LTF_BLOCK_SIZE;
	if (len == 0 || lt_ring_blocks() == LT_BLOCKS_MAX)
		return false;
	len = len < GROW_MAX ? len : GROW_MAX;
	char *mem = lt_dump_extent(len);
	if (!mem)
		return false;
	add_blocks(mem, len);
	return true;
}

/* One at a time, until the new blocks are in: their count has one writer. */
bool lt_ring_grow(void)
{
	if (atomic_exchange(&ring.growing, true))
		return false;
	bool grown = grow();
	atomic_store(&ring.growing, false);
	return grown;
}

/* How long a thread has waited for a block. */
struct wait {
	uint64_t start, tickets, since; /* since: no thread has got a block */
};

/* A thousand threads may share two processors: as long as any gets a block, the others' turn will
 * come. */
static bool has_waited(struct wait *w)
{
	uint64_t tickets = atomic_load(&ring.tickets);
	if (tickets != w->tickets) {
		w->tickets = tickets;
		w->since = 0;
	}
	return lt_clock_over(&w->since, WAIT_MS) || lt_clock_over(&w->start, WAIT_MOST_MS);
}

/* A free block: from the list, else by draining, else by growing (all blocks are owned, or another
 * thread drains), else by letting the drainer run for a bounded while. */
static uint32_t find_free(void)
{
	struct wait w = {0};
	uint32_t i = pop();
	while (i == LT_BLOCK_NONE && !has_waited(&w)) {
		if (is_over())
			return LT_BLOCK_NONE;
		if (lt_ring_blocks() < LT_RING_SOON / LTF_BLOCK_SIZE && lt_ring_grow() &&
			(i = pop()) != LT_BLOCK_NONE)
			return i;
		bool drained = lt_drain();
		i = pop();
		if (i != LT_BLOCK_NONE)
			return i;
		bool grown =
			(lt_ring_blocks() < READY_BLOCKS + READY_PER_THREAD * lt_ring_owned() ||
				lt_clock_over(&w.start, PATIENCE_MS)) &&
			lt_ring_grow();
		if (!grown && !drained)
			lt_drain_wait();
		i = pop();
	}
	return i;
}

/* With several threads the ring is drained before it is full, so that the others need not wait. */
static void drain_early(void)
{
	if (lt_numbered && !is_over() && lt_ring_free() < lt_ring_blocks() / 4)
		lt_drain();
}

static uint32_t take_block(struct lt_thread *t, bool may_drain)
{
	if (may_drain)
		drain_early();
	uint32_t i = may_drain ? find_free() : pop();
	if (i == LT_BLOCK_NONE)
		return i;
	struct lt_block *b = &ring.blocks[i];
	b->thread = t->id;
	b->number = atomic_fetch_add(&t->next_number, 1);
	b->ticket = atomic_fetch_add(&ring.tickets, 1);
	atomic_fetch_add(&ring.owned, 1);
	b->drained = 0;
	b->fed = 0;
	b->stuck_since = 0;
	b->skipped = false;
	b->limit = 0;
	b->mem->thread = b->thread;
	b->mem->number = b->number;
	__atomic_store_n(&b->mem->magic, LTF_BLOCK_MAGIC, __ATOMIC_RELEASE);
	atomic_store_explicit(&b->state, LT_BLOCK_OWNED, memory_order_release);
	return i;
}

/* end: where the first reservation began that found no room. Beyond the block's end it means that a
 * signal handler failed behind an interrupted one that had failed already; then the last few words
 * may never be written, and the block is not used again (one page, in a case of a few nanoseconds).
 */
static void hand_on(uint32_t i, uintptr_t end)
{
	struct lt_block *b = &ring.blocks[i];
	uintptr_t used = end - (uintptr_t)b->mem->words;
	if (used > sizeof(b->mem->words))
		used = sizeof(b->mem->words);
	b->limit = (uint32_t)(used / sizeof(uint64_t));
	atomic_store_explicit(&b->state, LT_BLOCK_FULL, memory_order_release);
	atomic_fetch_sub(&ring.owned, 1);
}

/* Runs with signals blocked. end as for hand_on. */
static uint64_t *switch_block(struct lt_thread *t, unsigned words, uintptr_t end, bool may_drain)
{
	uint32_t old = t->block, new = take_block(t, may_drain);
	if (new == LT_BLOCK_NONE)
		return NULL;
	uint64_t *at = ring.blocks[new].mem->words;
	t->block = new;
	t->cur = at + words;
	if (old != LT_BLOCK_NONE)
		hand_on(old, end);
	return at;
}

/* Room in the block that cur stands in, for callers with signals blocked. */
static bool has_room(const struct lt_thread *t, unsigned words)
{
	if (t->block == LT_BLOCK_NONE)
		return false;
	const uint64_t *start = ring.blocks[t->block].mem->words;
	return t->cur >= start && t->cur + words <= start + LTF_BLOCK_WORDS;
}

struct request {
	struct lt_thread *t;
	unsigned words;
	uint64_t *at;
	uintptr_t end; /* where cur stood before a reservation that found no room */
	bool light;    /* on the caller's own stack: do not drain */
	unsigned type; /* blob */
	const uint8_t *bytes;
	size_t len;
};

/* Between enter and leave this thread changes its block, with signals blocked: no handler comes,
 * and none leaves by longjmp. Only where they cannot be blocked (sealed, or no stack to be had) may
 * a handler find the change half done; it then goes without. */
static bool enter(struct lt_thread *t)
{
	if (t->switching)
		return false;
	t->switching = true;
	atomic_signal_fence(memory_order_seq_cst);
	return true;
}

static void leave(struct lt_thread *t)
{
	atomic_signal_fence(memory_order_seq_cst);
	t->switching = false;
}

static void take_words(struct request *r, uintptr_t end)
{
	struct lt_thread *t = r->t;
	if (has_room(t, r->words)) {
		r->at = t->cur;
		t->cur += r->words;
	} else {
		r->at = switch_block(t, r->words, end, !r->light);
	}
}

static long reserve_elsewhere(void *arg)
{
	struct request *r = arg;
	struct lt_thread *t = r->t;
	if (!t->ready) /* a handler forked on the way here: this child has no ring yet */
		return 0;
	if (!enter(t)) { /* takes back what it had reserved, as if it had not been here */
		t->cur -= r->words;
		return 0;
	}
	/* Or a signal handler has been here before us, and cur stands in a block of its. */
	bool untouched = (uintptr_t)t->cur == r->end + r->words * sizeof(uint64_t);
	take_words(r, untouched ? r->end : (uintptr_t)t->cur);
	if (!r->at) /* back to the block's end, or cur would wander into the next block */
		t->cur = t->block == LT_BLOCK_NONE
				 ? NULL
				 : ring.blocks[t->block].mem->words + LTF_BLOCK_WORDS;
	leave(t);
	return 0;
}

/* Without a stack of ours (no memory for one) a free block may still be there to take; else another
 * thread is about to give its stack back, having drained. */
static void slowly(long (*fn)(void *), struct request *r)
{
	struct wait w = {0};
	while (lt_slowly(fn, r) == LT_SLOW_BUSY) {
		r->light = true;
		fn(r);
		if (r->at || is_over() || has_waited(&w))
			return;
		r->light = false;
		lt_sys1(SYS_sched_yield, 0);
		lt_drain_wait();
	}
}

static enum ltf_lost reason(bool nested)
{
	return nested                     ? LTF_LOST_NESTED
	       : lt_mode == LT_MODE_ENDED ? LTF_LOST_LATE
					  : LTF_LOST_EVENTS;
}

/* Threads are named when they start, mostly; a system call for each block would be felt. */
static bool is_time_for_name(struct lt_thread *t)
{
	uint64_t n = atomic_load_explicit(&t->next_number, memory_order_relaxed);
	return n < NAME_FIRST || n % NAME_EVERY == 0;
}

uint64_t *lt_ring_reserve_slow(struct lt_thread *t, unsigned words, uintptr_t at)
{
	struct request r = {.t = t, .words = words, .end = at};
	bool nested = t->switching;
	if (t->ready)
		slowly(reserve_elsewhere, &r);
	if (r.at && is_time_for_name(t))
		lt_thread_refresh_name(t);
	if (!r.at)
		lt_lost(reason(nested), 1);
	return r.at;
}

static long write_blob(void *arg)
{
	struct request *r = arg;
	if (!r->t->ready || !enter(r->t))
		return 0;
	take_words(r, (uintptr_t)r->t->cur);
	if (r->at)
		ltf_blob_words(r->at, r->type, r->bytes, r->len);
	leave(r->t);
	return 0;
}

bool lt_ring_blob(struct lt_thread *t, unsigned type, const void *bytes, size_t len)
{
	enum { MOST = (LTF_BLOCK_WORDS - 1) * LTF_BLOB_BYTES_PER_WORD };
	if (len > MOST)
		len = MOST;
	struct request r = {.t = t,
		.words = 1 +
			 (unsigned)((len + LTF_BLOB_BYTES_PER_WORD - 1) / LTF_BLOB_BYTES_PER_WORD),
		.type = type,
		.bytes = bytes,
		.len = len};
	if (t->ready)
		slowly(write_blob, &r);
	if (!r.at)
		lt_lost(LTF_LOST_BLOBS, 1);
	return r.at != NULL;
}

void lt_ring_leave(struct lt_thread *t)
{
	if (t->block == LT_BLOCK_NONE)
		return;
	hand_on(t->block, (uintptr_t)t->cur);
	t->block = LT_BLOCK_NONE;
	t->cur = NULL;
}

uint32_t lt_ring_close(const struct lt_thread *t)
{
	uint32_t n = lt_ring_blocks(), used = 0, i;
	bool all = n <= CLOSE_MOST, mine[CLOSE_MOST] = {0};
	while (all && (i = pop()) != LT_BLOCK_NONE)
		mine[i] = true;
	for (i = 0; all && i < n; i++) {
		if (mine[i])
			continue;
		all &= i == t->block || atomic_load(&ring.blocks[i].state) == LT_BLOCK_FULL;
		used = i + 1;
	}
	for (i = n; !all && n <= CLOSE_MOST && i-- > 0;)
		if (mine[i])
			push(i);
	return all ? used : 0;
}

void lt_ring_recycle(uint32_t i)
{
	struct lt_block *b = &ring.blocks[i];
	__atomic_store_n(&b->mem->magic, 0, __ATOMIC_RELEASE);
	memset(b->mem->words, 0, sizeof(b->mem->words));
	atomic_store_explicit(&b->state, LT_BLOCK_FREE, memory_order_release);
	push(i);
}
