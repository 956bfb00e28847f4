#include "lib/drain.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>
#include "format/encode.h"
#include "format/file.h"
#include "format/varint.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/dump.h"
#include "lib/lifecycle.h"
#include "lib/live.h"
#include "lib/ring.h"
#include "lib/rss.h"
#include "lib/snapshot.h"
#include "lib/sys.h"
#include "lib/tracer.h"

enum {
	SHORT_RING = 128, /* blocks; a ring that is drained often grows up to here */
	RSS_EVERY_MS = 100,
	WAIT_MS = 5000,
	FORK_WAIT_MS = 200,
	SHORT_WAIT_MS = 200,
	NAP_MS = 5,
	STEAL_ROUNDS = 200,
	PATIENCE_MS = 10000,
	NOTE_WORDS = 1 + 2 * LTF_VARINT_MAX
};

LT_TOGETHER static struct {
	_Atomic int owner;             /* tid of the drainer, 0 none */
	_Atomic uint32_t freed, waits; /* times that blocks became free; threads that wait for it */
	_Atomic uint32_t refused;
	struct ltf_encoder *encoder; /* the chunk that is being put together */
	uint32_t *order;             /* blocks to drain, sorted; room for LT_BLOCKS_MAX */
	uint32_t *pending_words;     /* of these blocks, encoded in this pass */
	uint32_t passes;
	/* The live set is the parent's, as it was at the fork, or not even that: looked at when it
	 * is needed, because most children end before. */
	enum { OWN, INHERITED, OUTDATED } set;
	bool forking;    /* the live set has been fed with all that was recorded before a fork */
	uint64_t missed; /* events, at the last pass */
	uint64_t events, notes, last_rss;
} LT_LINE drain;

static bool prepare(void)
{
	size_t lists = LT_BLOCKS_MAX * sizeof(uint32_t);
	size_t encoder = (sizeof(struct ltf_encoder) + 4095) & ~4095ul;
	if (drain.encoder)
		return true;
	char *p = lt_sys_map(encoder + 2 * lists, true);
	if (!p)
		return false;
	drain.order = (uint32_t *)(p + encoder);
	drain.pending_words = (uint32_t *)(p + encoder + lists);
	drain.encoder = (struct ltf_encoder *)p;
	return true;
}

void lt_drain_prepare(void)
{
	if (prepare())
		lt_dump_prepare();
}

void lt_drain_reset(void)
{
	drain.owner = 0;
	drain.passes = 0;
	drain.waits = 0;
	drain.events = drain.notes = drain.last_rss = drain.missed = 0;
	drain.set = drain.forking ? INHERITED : OUTDATED;
	drain.forking = false;
}

/* A drainer that was killed in a vfork child, say, leaves the lock behind. Its buffers are only
 * ours to start over with: what it had not marked as drained is still in the ring. */
static bool try_lock(void)
{
	int none = atomic_load(&drain.owner), tid;
	if (!none) {
		tid = (int)lt_sys1(SYS_gettid, 0);
		if (atomic_compare_exchange_strong(&drain.owner, &none, tid))
			return true;
	}
	if (atomic_fetch_add(&drain.refused, 1) % STEAL_ROUNDS != STEAL_ROUNDS - 1)
		return false;
	tid = (int)lt_sys1(SYS_gettid, 0);
	return lt_sys2(SYS_tkill, none, 0) == -ESRCH &&
	       atomic_compare_exchange_strong(&drain.owner, &none, tid);
}

static bool before(uint32_t a, uint32_t b)
{
	const struct lt_block *x = lt_ring_block(a), *y = lt_ring_block(b);
	return x->ticket < y->ticket;
}

/* Shell sort by ticket: the stream then is nearly in the order of the events, so that a reader has
 * little to hold back. Short lists, nearly sorted, no recursion, no libc. */
static void sort(uint32_t *v, uint32_t n)
{
	static const uint32_t gaps[] = {3937, 1093, 364, 121, 40, 13, 4, 1};
	for (unsigned g = 0; g < sizeof(gaps) / sizeof(gaps[0]); g++)
		for (uint32_t i = gaps[g]; i < n; i++) {
			uint32_t x = v[i], j = i;
			for (; j >= gaps[g] && before(x, v[j - gaps[g]]); j -= gaps[g])
				v[j] = v[j - gaps[g]];
			v[j] = x;
		}
}

static uint32_t collect(void)
{
	uint32_t n = 0, count = lt_ring_blocks();
	for (uint32_t i = 0; i < count; i++) {
		struct lt_block *b = lt_ring_block(i);
		if (atomic_load_explicit(&b->state, memory_order_acquire) == LT_BLOCK_FREE)
			continue;
		drain.order[n++] = i;
	}
	sort(drain.order, n);
	return n;
}

/* Up to this word. */
static void feed_live(struct lt_block *b, uint32_t end)
{
	uint32_t from = b->fed > b->drained ? b->fed : b->drained;
	struct lt_live_run run = {.words = b->mem->words + from,
		.count = end - from,
		.first = from,
		.thread = b->thread,
		.block = b->number};
	if (end <= from)
		return;
	lt_live_feed(&run);
	b->fed = end;
}

/* Marks as drained what the chunk just written holds; full blocks that are whole become free. A
 * hole in one is an event of a hook that a signal interrupted. After some patience it is taken for
 * one that was left by longjmp, and what lies behind it is read; but the block is not used again,
 * because the hook may yet go on. */
static void settle(uint32_t from, uint32_t to)
{
	for (uint32_t k = from; k < to; k++) {
		uint32_t i = drain.order[k];
		struct lt_block *b = lt_ring_block(i);
		feed_live(b, b->drained + drain.pending_words[k]);
		b->drained += drain.pending_words[k];
		if (atomic_load_explicit(&b->state, memory_order_acquire) != LT_BLOCK_FULL)
			continue;
		if (b->drained >= b->limit && !b->skipped)
			lt_ring_recycle(i);
		else if (!b->stuck_since)
			b->stuck_since = lt_clock_mono();
	}
}

static void wake(void)
{
	atomic_fetch_add(&drain.freed, 1);
	if (atomic_load(&drain.waits))
		lt_sys3(SYS_futex, &drain.freed, FUTEX_WAKE_PRIVATE, INT_MAX);
}

void lt_drain_wait(void)
{
	struct timespec nap = {.tv_nsec = NAP_MS * 1000000};
	uint32_t before = atomic_load(&drain.freed);
	atomic_fetch_add(&drain.waits, 1);
	if (atomic_load(&drain.owner) && !lt_ring_free())
		lt_sys4(SYS_futex, &drain.freed, FUTEX_WAIT_PRIVATE, before, &nap);
	atomic_fetch_sub(&drain.waits, 1);
}

/* Writes the chunk and begins the next. */
static bool flush(uint32_t from, uint32_t to)
{
	struct ltf_piece piece[LTF_PIECES];
	uint8_t head[2 * LTF_VARINT_MAX + LTF_HEAD_MAX], *p = ltf_put(head, LTF_REC_EVENTS);
	size_t len = ltf_encode_pieces(drain.encoder, piece);
	p = ltf_put(p, len);
	memcpy(p, piece[0].bytes, piece[0].len);
	piece[0] = (struct ltf_piece){head, (size_t)(p - head) + piece[0].len};
	if (len && !lt_dump_append(piece, LTF_PIECES))
		return false;
	ltf_encode_begin(drain.encoder);
	settle(from, to);
	wake();
	return true;
}

/* Whether events stand behind the word where encoding has stopped: those of handlers that have
 * interrupted a hook between its reserving of words and its store. Their words may be written just
 * now; TSan need not know. */
static __attribute__((no_sanitize("thread"))) bool ends_at_hole(
	const struct lt_block *b, uint32_t end)
{
	const volatile uint64_t *words = b->mem->words;
	if (b->state == LT_BLOCK_FULL)
		return end < b->limit;
	for (uint32_t i = end + 1; i <= end + LTF_EVENT_WORDS_MAX && i < LTF_BLOCK_WORDS; i++)
		if (LTF_TAG(words[i]) > LTF_W_CONT)
			return true;
	return false;
}

static void encode_block(uint32_t k, bool last)
{
	struct lt_block *b = lt_ring_block(drain.order[k]);
	struct ltf_run run = {.thread = b->thread, .block = b->number, .first = b->drained};
	/* A hole in a full block is an event whose thread has not come to its store: it is
	 * preempted, or in a signal handler. Only one that never comes (the handler has left by
	 * longjmp) may be stepped over, and that shows by time alone. */
	if (b->stuck_since && lt_clock_mono() - b->stuck_since > PATIENCE_MS * UINT64_C(1000000))
		b->skipped = true;
	ltf_encode_run(drain.encoder, b->mem->words + b->drained, LTF_BLOCK_WORDS - b->drained,
		&run, last || b->skipped);
	drain.pending_words[k] = run.words;
	drain.events += run.events;
	if (ends_at_hole(b, b->drained + run.words))
		lt_live_hole();
}

/* The drainer's own events cannot go through the ring that it is draining: a run of thread 0. */
static void put_note(unsigned blob, const uint8_t *bytes, size_t len)
{
	uint64_t words[NOTE_WORDS];
	uint32_t n = ltf_blob_words(words, blob, bytes, len);
	struct ltf_run run = {.thread = 0, .block = drain.notes++};
	ltf_encode_run(drain.encoder, words, n, &run, false);
	drain.events++;
}

static size_t rss_blob(uint8_t blob[2 * LTF_VARINT_MAX], const uint64_t bytes[2])
{
	return (size_t)(ltf_put(ltf_put(blob, bytes[0]), bytes[1]) - blob);
}

static void note_rss(bool last)
{
	uint64_t now = lt_clock_mono() / 1000000;
	if (!last && now - drain.last_rss < RSS_EVERY_MS)
		return;
	uint64_t bytes[2];
	uint8_t blob[2 * LTF_VARINT_MAX];
	drain.last_rss = now;
	if (lt_rss(bytes))
		put_note(LTF_BLOB_RSS, blob, rss_blob(blob, bytes));
}

void lt_drain_note(struct lt_thread *t)
{
	uint64_t bytes[2];
	uint8_t blob[2 * LTF_VARINT_MAX];
	lt_rss_most(bytes);
	lt_ring_blob(t, LTF_BLOB_RSS, blob, rss_blob(blob, bytes));
}

static uint64_t count_missed(void)
{
	return lt_header->lost[LTF_LOST_EVENTS] + lt_header->lost[LTF_LOST_NESTED];
}

static void begin_pass(void)
{
	if (drain.set == OUTDATED)
		lt_live_reset();
	if (drain.set != OWN)
		lt_live_new_generation(drain.set == OUTDATED);
	drain.set = OWN;
	lt_live_pass();
}

/* missed: as counted at its beginning. All that was recorded before these were has been fed. */
static void end_pass(uint64_t missed)
{
	lt_live_passed();
	if (missed != drain.missed)
		lt_live_new_generation(true);
	drain.missed = missed;
}

static bool pass(bool last)
{
	uint64_t missed = count_missed();
	uint32_t n = collect(), from = 0;
	ltf_encode_begin(drain.encoder);
	begin_pass();
	note_rss(false);
	for (uint32_t k = 0; k < n; k++) {
		if (!ltf_encode_fits(drain.encoder, LTF_BLOCK_WORDS)) {
			if (!flush(from, k))
				return false;
			from = k;
		}
		encode_block(k, last);
	}
	if (last && ltf_encode_fits(drain.encoder, NOTE_WORDS)) /* what is so behind all events */
		note_rss(true);
	if (!flush(from, n))
		return false;
	end_pass(missed);
	return true;
}

/* Of a process with one thread: what can be fed without being drained. False: there is a hole, and
 * what lies behind it must wait, unless this is the last time. */
static bool feed_whole(struct lt_block *b, bool last)
{
	const uint64_t *words = b->mem->words;
	uint32_t i = b->fed > b->drained ? b->fed : b->drained;
	while (i < LTF_BLOCK_WORDS && LTF_TAG(words[i]) != 0)
		i++;
	feed_live(b, last ? LTF_BLOCK_WORDS : i);
	return b->state != LT_BLOCK_FULL || i >= b->limit || last;
}

static void feed_all(bool last)
{
	uint64_t missed = count_missed();
	uint32_t n = collect(), k = 0;
	begin_pass();
	while (k < n && feed_whole(lt_ring_block(drain.order[k]), last))
		k++;
	end_pass(missed);
}

/* A record of numbers. */
static size_t put_record(uint8_t *at, unsigned type, const uint64_t *numbers, unsigned n)
{
	uint8_t body[4 * LTF_VARINT_MAX], *p = body;
	for (unsigned i = 0; i < n; i++)
		p = ltf_put(p, numbers[i]);
	size_t len = (size_t)(p - body);
	p = ltf_put(ltf_put(at, type), len);
	memcpy(p, body, len);
	return (size_t)(p - at) + len;
}

static bool write_finish(void)
{
	uint8_t records[10 * LTF_VARINT_MAX];
	struct lt_live_sum live = lt_live_sum();
	size_t len = put_record(records, LTF_REC_LIVE,
		(uint64_t[]){live.complete && !live.unknown, live.blocks, live.bytes}, 3);
	len += put_record(records + len, LTF_REC_FINISH, &drain.events, 1);
	struct ltf_piece piece = {records, len};
	return lt_dump_append(&piece, 1);
}

static bool is_prepared(void)
{
	if (prepare())
		return true;
	lt_dump_stop(LTF_STOP_MEMORY);
	return false;
}

/* With several threads other threads' words come in meanwhile; a whole pass knows what to do. */
static bool catch_up(void)
{
	if (!prepare())
		return false;
	if (lt_numbered)
		return pass(false);
	feed_all(false);
	return true;
}

static bool lock_within(uint64_t ms)
{
	uint64_t start = 0;
	while (!try_lock()) {
		if (lt_mode == LT_MODE_STOPPED || lt_clock_over(&start, ms))
			return false;
		lt_drain_wait();
	}
	return true;
}

static void unlock(void)
{
	atomic_store(&drain.owner, 0);
	wake();
}

void lt_drain_before_fork(void)
{
	if (!lock_within(FORK_WAIT_MS))
		return;
	drain.forking = catch_up();
	if (lt_mode == LT_MODE_PAUSED)
		lt_live_new_generation(true);
}

void lt_drain_after_fork(void)
{
	if (atomic_load(&drain.owner) != (int)lt_sys1(SYS_gettid, 0))
		return;
	drain.forking = false;
	unlock();
}

void lt_drain_gap(void)
{
	if (!lock_within(WAIT_MS))
		return;
	catch_up();
	lt_live_new_generation(true);
	unlock();
}

bool lt_drain(void)
{
	if (lt_mode == LT_MODE_STOPPED || lt_mode == LT_MODE_ENDED || !try_lock())
		return false;
	lt_rss_open();
	bool ok = is_prepared() && pass(false);
	lt_control_grown(lt_live_sum().bytes);
	/* Threads that each own a block leave few to fill: keep some free for each. And a chunk
	 * costs less by the event the more it holds, which counts for whoever drains often. */
	uint32_t blocks = lt_ring_blocks();
	bool often = ++drain.passes > blocks / 4 && blocks < SHORT_RING;
	if (ok && (often || blocks < 4 * lt_ring_owned()))
		lt_ring_grow();
	atomic_store(&drain.owner, 0);
	wake();
	return ok;
}

bool lt_drain_all(bool last)
{
	uint64_t start = 0;
	while (!try_lock()) {
		if (lt_mode == LT_MODE_STOPPED || lt_clock_over(&start, WAIT_MS))
			return false;
		lt_sys1(SYS_sched_yield, 0);
	}
	bool ok = is_prepared() && pass(last);
	if (ok && last) {
		lt_snapshot_take();
		ok = write_finish();
	}
	if (!last)
		atomic_store(&drain.owner, 0);
	return ok;
}

bool lt_drain_for(void (*then)(void *), void *arg)
{
	uint64_t start = 0;
	while (!try_lock()) {
		if (lt_mode == LT_MODE_STOPPED || lt_clock_over(&start, SHORT_WAIT_MS))
			return false;
		lt_sys1(SYS_sched_yield, 0);
	}
	bool ok = is_prepared() && pass(false);
	if (ok)
		then(arg);
	atomic_store(&drain.owner, 0);
	wake();
	return ok;
}

bool lt_drain_none(void)
{
	if (!prepare() || !lock_within(WAIT_MS))
		return false;
	lt_dump_optional();
	feed_all(true);
	lt_snapshot_take();
	if (!lt_dump_is_empty())
		write_finish();
	return true;
}
