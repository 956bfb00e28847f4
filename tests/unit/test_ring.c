/* The ring under many threads: every event that was committed is drained once, and each thread's in
 * their order. What surrounds the ring is made up here: extents are plain memory, the drainer reads
 * the blocks back and checks them. Built with TSan where the compiler has it. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <cmocka.h>

#include "format/events.h"
#include "tests/unit/encoded.h"
#include "lib/clock.h"
#include "lib/drain.h"
#include "lib/dump.h"
#include "lib/lifecycle.h"
#include "lib/onstack.h"
#include "lib/ring.h"
#include "lib/sys.h"
#include "lib/tracer.h"
#include "tests/unit/around_ring.h"

enum { THREADS = 6, EVENTS = 60000, EXTENT_MAX = 1 << 20 };

static pthread_mutex_t draining = PTHREAD_MUTEX_INITIALIZER;
static uint64_t next_value[THREADS + 1], blobs, order_errors;
static _Atomic bool refuse_extents;

long lt_slowly(long (*fn)(void *), void *arg)
{
	return fn(arg);
}

void *lt_dump_extent(size_t len)
{
	static int calls; /* TSan tells when two are made at once */
	calls++;
	return refuse_extents ? NULL : memory(len);
}

static void check(uint32_t thread, const struct ltf_event *ev)
{
	if (ev->tag == LTF_W_BLOB)
		blobs++;
	else if (ev->addr >> 3 == next_value[thread])
		next_value[thread]++;
	else
		order_errors++;
}

static void drain_block(struct lt_block *b)
{
	static uint8_t body[ENCODED_MAX];
	struct ltf_run run = {.thread = b->thread, .block = b->number, .first = b->drained};
	size_t len = encoded(
		b->mem->words + b->drained, LTF_BLOCK_WORDS - b->drained, &run, false, body);
	static struct ltf_events r;
	struct ltf_event ev;
	b->drained += run.words;
	if (len && ltf_events_open(&r, body, len) == 0 && ltf_events_run(&r) == 1)
		while (ltf_events_next(&r, &ev) == 1)
			check(b->thread, &ev);
}

/* A thread's blocks in their order, as the real drainer sorts them. */
static void drain_thread(uint32_t thread)
{
	for (;;) {
		struct lt_block *first = NULL;
		uint32_t at = 0, n = lt_ring_blocks();
		for (uint32_t i = 0; i < n; i++) {
			struct lt_block *b = lt_ring_block(i);
			if (atomic_load(&b->state) == LT_BLOCK_FREE || b->thread != thread)
				continue;
			if (!first || b->number < first->number) {
				first = b;
				at = i;
			}
		}
		if (!first)
			return;
		drain_block(first);
		if (atomic_load(&first->state) != LT_BLOCK_FULL || first->drained < first->limit)
			return;
		lt_ring_recycle(at);
	}
}

bool lt_drain(void)
{
	if (pthread_mutex_trylock(&draining))
		return false;
	for (uint32_t t = 1; t <= THREADS; t++)
		drain_thread(t);
	pthread_mutex_unlock(&draining);
	return true;
}

void lt_drain_wait(void)
{
	sched_yield();
}

static void put(struct lt_thread *t, uint64_t value)
{
	uint64_t *w = lt_ring_reserve(t, 2);
	assert_non_null(w);
	w[1] = LTF_CONT(value);
	lt_commit(w, LTF_LEAD(LTF_W_FREE) | value << 16 | LTF_FREE_NUMBERED);
}

static void *writer(void *arg)
{
	struct lt_thread t = {
		.id = (uint32_t)(uintptr_t)arg, .block = LT_BLOCK_NONE, .ready = LT_READY};
	uint8_t blob[300] = {1, 2, 3};
	for (uint64_t v = 0; v < EVENTS; v++) {
		put(&t, v);
		if (v % 1000 == 0)
			lt_ring_blob(&t, LTF_BLOB_META, blob, sizeof(blob));
	}
	lt_ring_leave(&t);
	return NULL;
}

static void start(void)
{
	memset(next_value, 0, sizeof(next_value));
	memset(&header, 0, sizeof(header));
	blobs = order_errors = 0;
	/* Blocks are told by their address: extents stand at multiples of the block size. */
	assert_true(lt_ring_init(memory(LT_RING_SOON), LT_RING_SOON));
}

static void run_threads(void)
{
	pthread_t thread[THREADS];
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, writer, (void *)(i + 1)), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	lt_drain();
}

static void every_event_comes_out_once_and_in_order(void **state)
{
	(void)state;
	start();
	run_threads();
	assert_int_equal(order_errors, 0);
	for (int i = 1; i <= THREADS; i++)
		assert_int_equal(next_value[i], EVENTS);
	assert_int_equal(blobs, THREADS * (EVENTS / 1000));
	assert_int_equal(header.lost[LTF_LOST_EVENTS] + header.lost[LTF_LOST_BLOBS], 0);
	assert_int_equal(lt_ring_free(), lt_ring_blocks());
}

static void it_holds_without_growing(void **state)
{
	(void)state;
	refuse_extents = true;
	start();
	run_threads();
	refuse_extents = false;
	assert_int_equal(order_errors, 0);
	assert_int_equal(lt_ring_blocks(), LT_RING_SOON / LTF_BLOCK_SIZE);
	for (int i = 1; i <= THREADS; i++)
		assert_int_equal(next_value[i], EVENTS);
}

static void what_finds_no_room_is_counted(void **state)
{
	(void)state;
	struct lt_thread t = {.id = 1, .block = LT_BLOCK_NONE, .ready = LT_READY};
	uint64_t stored = 0, refused = 0;
	start();
	lt_sealed = true; /* no draining, no growing */
	for (int i = 0; i < 20000; i++) {
		uint64_t *w = lt_ring_reserve(&t, 1);
		if (w)
			lt_commit(w, LTF_LEAD(LTF_W_FREE) | stored++ << 16);
		else
			refused++;
	}
	lt_sealed = false;
	assert_int_equal(stored, LT_RING_SOON / LTF_BLOCK_SIZE * LTF_BLOCK_WORDS);
	assert_int_equal(header.lost[LTF_LOST_EVENTS], refused);
	lt_drain();
	assert_int_equal(next_value[1], stored);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_comes_out_once_and_in_order),
		cmocka_unit_test(it_holds_without_growing),
		cmocka_unit_test(what_finds_no_room_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
