/* The ring and the drainer together, under as much at once as there can be: threads that write,
 * signal handlers that write in between, threads that do nothing but drain, blocks of ended threads
 * handed on by another thread, growing and recycling. Every event that was committed is in the
 * stream once, under the place in its thread's blocks that its order says. Built with TSan where
 * the compiler has it. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <cmocka.h>

#include "format/events.h"
#include "format/file.h"
#include "format/varint.h"
#include "lib/clock.h"
#include "lib/control.h"
#include "lib/drain.h"
#include "lib/dump.h"
#include "lib/lifecycle.h"
#include "lib/onstack.h"
#include "lib/ring.h"
#include "lib/rss.h"
#include "lib/snapshot.h"
#include "lib/sys.h"
#include "lib/tracer.h"
#include "tests/unit/around_ring.h"

enum { WRITERS = 4, WAVES = 5, DRAINERS = 2, EVENTS = 20000, HANDLED = 5000 };
enum { THREADS = WRITERS * WAVES, MOST = EVENTS + HANDLED, WORDS = 2, BODY_MAX = 1 << 21 };
enum { RING = 64 << 10 }; /* more blocks than threads: it must do without growing */

/* What the stream had: for each event of each thread its place, counted in words of the thread's
 * blocks, from 1. Own events have numbers from 0, handlers' from EVENTS. */
static uint64_t place[THREADS + 1][MOST];
static uint64_t streamed, finished, twice, damaged;
static bool refuse_extents, stopped;

long lt_slowly(long (*fn)(void *), void *arg)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	long ret = fn(arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ret;
}

void *lt_dump_extent(size_t len)
{
	return refuse_extents ? NULL : memory(len);
}

bool lt_dump_prepare(void)
{
	return true;
}

void lt_dump_stop(enum ltf_stop reason)
{
	(void)reason;
	stopped = true;
}

void lt_rss_open(void)
{
}

void lt_control_grown(uint64_t live_bytes)
{
	(void)live_bytes;
}

void lt_dump_optional(void)
{
}

bool lt_dump_is_empty(void)
{
	return true;
}

void lt_snapshot_take(void)
{
}

void lt_rss_most(uint64_t bytes[2])
{
	bytes[0] = bytes[1] = 0;
}

bool lt_rss(uint64_t bytes[2])
{
	(void)bytes;
	return false;
}

static void take_run(struct ltf_events *r)
{
	struct ltf_event ev;
	uint64_t at = r->run.block * LTF_BLOCK_WORDS + r->run.first + 1;
	for (; ltf_events_next(r, &ev) == 1; at += WORDS, streamed++) {
		uint64_t n = ev.addr >> 3;
		if (r->run.thread > THREADS || n >= MOST || ev.number != n)
			damaged++;
		else if (place[r->run.thread][n])
			twice++;
		else
			place[r->run.thread][n] = at;
	}
}

static void take_record(uint64_t type, const uint8_t *p, size_t len)
{
	static struct ltf_events r;
	if (type == LTF_REC_FINISH)
		ltf_get(p, p + len, &finished);
	else if (type != LTF_REC_LIVE && (type != LTF_REC_EVENTS || ltf_events_open(&r, p, len)))
		damaged++;
	else if (type == LTF_REC_EVENTS)
		while (ltf_events_run(&r) == 1)
			take_run(&r);
}

/* One drainer at a time: TSan tells when it is not so. */
bool lt_dump_append(const struct ltf_piece *piece, unsigned n)
{
	static uint8_t chunk[BODY_MAX];
	uint64_t type = 0, len = 0;
	size_t used = 0;
	for (unsigned i = 0; i < n; used += piece[i++].len)
		memcpy(chunk + used, piece[i].bytes, piece[i].len);
	for (const uint8_t *p = chunk; p < chunk + used; p += len) {
		p = ltf_get(p, chunk + used, &type);
		p = p ? ltf_get(p, chunk + used, &len) : NULL;
		if (!p || len > (size_t)(chunk + used - p)) {
			damaged++;
			break;
		}
		take_record(type, p, len);
	}
	return true;
}

struct writer {
	pthread_t thread;
	uint64_t handled; /* events of its handler; written by its thread alone */
	struct lt_thread t;
};
static struct writer writers[THREADS];
static __thread struct writer *self;
static _Atomic unsigned running, refused;

static void put(struct lt_thread *t, uint64_t value)
{
	uint64_t *w = lt_ring_reserve(t, WORDS);
	if (!w) { /* nothing that fails may be called here: this may be a handler */
		refused++;
		return;
	}
	w[1] = LTF_CONT(value);
	lt_commit(w, LTF_LEAD(LTF_W_FREE) | value << 16 | LTF_FREE_NUMBERED);
}

static void on_signal(int sig)
{
	(void)sig;
	if (self && self->handled < HANDLED)
		put(&self->t, EVENTS + self->handled++);
}

static void *write_events(void *arg)
{
	struct writer *w = arg;
	self = w;
	for (uint64_t v = 0; v < EVENTS; v++)
		put(&w->t, v);
	self = NULL;
	running--;
	return NULL;
}

static long drain(void *unused)
{
	(void)unused;
	return lt_drain();
}

static void *drain_always(void *arg)
{
	(void)arg;
	while (running) {
		lt_slowly(drain, NULL);
		sched_yield();
	}
	return NULL;
}

/* The last of a wave's writers may have ended: it is still joinable, so a signal finds it or is
 * dropped. */
static void wave(unsigned first)
{
	pthread_t drainer[DRAINERS];
	running = WRITERS;
	for (unsigned i = first; i < first + WRITERS; i++) {
		struct writer *w = &writers[i];
		w->t = (struct lt_thread){.id = i + 1, .block = LT_BLOCK_NONE, .ready = LT_READY};
		assert_int_equal(pthread_create(&w->thread, NULL, write_events, w), 0);
	}
	for (int i = 0; i < DRAINERS; i++)
		assert_int_equal(pthread_create(&drainer[i], NULL, drain_always, NULL), 0);
	for (unsigned i = 0; running; i++) {
		pthread_kill(writers[first + i % WRITERS].thread, SIGUSR1);
		sched_yield();
	}
	for (unsigned i = first; i < first + WRITERS; i++) {
		pthread_join(writers[i].thread, NULL);
		lt_ring_leave(&writers[i].t);
	}
	for (int i = 0; i < DRAINERS; i++)
		pthread_join(drainer[i], NULL);
}

/* Events [first, first + n) of a thread: all there, in this order. */
static void in_order(const uint64_t *at, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		assert_int_not_equal(at[i], 0);
		assert_true(i == 0 || at[i] > at[i - 1]);
	}
}

static void all_at_once(void)
{
	struct sigaction a = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	uint64_t committed = 0;
	memset(&header, 0, sizeof(header));
	memset(place, 0, sizeof(place));
	memset(writers, 0, sizeof(writers));
	streamed = finished = twice = damaged = 0;
	refused = 0;
	sigaction(SIGUSR1, &a, NULL);
	lt_drain_reset();
	assert_true(lt_ring_init(memory(RING), RING));
	for (unsigned i = 0; i < WAVES; i++)
		wave(i * WRITERS);
	assert_true(lt_drain_all(true));
	assert_int_equal(damaged + twice, 0);
	assert_false(stopped);
	assert_int_equal(refused, 0);
	for (unsigned i = 0; i < THREADS; i++) {
		in_order(place[i + 1], EVENTS);
		in_order(place[i + 1] + EVENTS, (unsigned)writers[i].handled);
		committed += EVENTS + writers[i].handled;
	}
	print_message("%u events of threads, %u of handlers\n", THREADS * EVENTS,
		(unsigned)(committed - (uint64_t)THREADS * EVENTS));
	assert_int_equal(streamed, committed);
	assert_int_equal(finished, committed);
	assert_int_equal(header.lost[LTF_LOST_EVENTS] + header.lost[LTF_LOST_NESTED], 0);
	assert_int_equal(lt_ring_free(), lt_ring_blocks());
	assert_int_equal(lt_ring_owned(), 0);
}

static void every_event_is_in_the_stream_once(void **state)
{
	(void)state;
	all_at_once();
}

static void also_where_threads_drain_early(void **state)
{
	(void)state;
	lt_numbered = true;
	all_at_once();
	lt_numbered = false;
}

static void also_without_growing(void **state)
{
	(void)state;
	refuse_extents = true;
	all_at_once();
	refuse_extents = false;
	assert_int_equal(lt_ring_blocks(), RING / LTF_BLOCK_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_is_in_the_stream_once),
		cmocka_unit_test(also_where_threads_drain_early),
		cmocka_unit_test(also_without_growing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
