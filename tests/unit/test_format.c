/* The dump format: what is encoded comes back, and damage is refused instead of believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "format/chunk.h"
#include "format/crc32c.h"
#include "format/events.h"
#include "format/varint.h"
#include "tests/unit/encoded.h"

static void crc_of_the_standard_check_string(void **state)
{
	(void)state;
	assert_int_equal(ltf_crc32c(0, "123456789", 9), 0xe3069283); /* RFC 3720 B.4's check */
	uint32_t half = ltf_crc32c(0, "12345", 5);
	assert_int_equal(ltf_crc32c(half, "6789", 4), 0xe3069283);
}

static void varints_round_trip(void **state)
{
	(void)state;
	uint8_t buf[LTF_VARINT_MAX];
	for (int bit = 0; bit < 64; bit++)
		for (int d = -1; d <= 1; d++) {
			uint64_t v = (1ULL << bit) + (uint64_t)d, back = 0;
			uint8_t *end = ltf_put(buf, v);
			assert_ptr_equal(ltf_get(buf, end, &back), end);
			assert_true(back == v);
			assert_null(ltf_get(buf, end - 1, &back));
			assert_true(ltf_unzigzag(ltf_zigzag((int64_t)v)) == (int64_t)v);
		}
	memset(buf, 0xff, sizeof(buf));
	uint64_t v;
	assert_null(ltf_get(buf, buf + sizeof(buf), &v));
}

static uint64_t rnd(void)
{
	return ((uint64_t)rand() << 40) ^ ((uint64_t)rand() << 20) ^ (uint64_t)rand();
}

static size_t alloc_words(uint64_t *w)
{
	uint64_t size = rnd() >> (24 + rand() % 40);
	int numbered = rand() & 1, huge = rand() % 50 == 0;
	size_t n = 2;
	w[0] = LTF_LEAD(LTF_W_ALLOC) | LTF_ADDR44(rnd()) << 16 | (uint64_t)(rand() % 7) << 12 |
	       (size & 0xfff);
	w[1] = LTF_CONT((uint64_t)(rand() % 1000) << 30 | (size >> 12 & ((1 << 28) - 1)) << 2 |
			(uint64_t)(numbered | huge << 1));
	if (numbered)
		w[n++] = LTF_CONT((uint32_t)rnd());
	if (huge)
		w[n++] = LTF_CONT(rnd());
	return n;
}

static size_t release_words(uint64_t *w)
{
	int numbered = rand() & 1, stacked = rand() & 1;
	size_t n = 1;
	w[0] = LTF_LEAD(LTF_W_FREE + rand() % 3) | LTF_ADDR44(rnd()) << 16 |
	       (uint64_t)(rand() % 7) << 12 | (uint64_t)(numbered << 2 | stacked << 3);
	if (numbered)
		w[n++] = LTF_CONT((uint32_t)rnd());
	if (stacked)
		w[n++] = LTF_CONT(1 + rnd() % LTF_SITE_MAX);
	return n;
}

static size_t other_words(uint64_t *w)
{
	size_t n = 1, len;
	switch (rand() % 5) {
	case 4:
		w[0] = LTF_LEAD(LTF_W_WITHDRAWN) | (uint64_t)(rand() % LTF_REGION_COUNT) << 32 |
		       (uint32_t)rnd();
		return 1;
	case 0:
		w[0] = LTF_LEAD(LTF_W_TIME) | (rnd() & LTF_MASK60);
		return 1;
	case 1:
		w[0] = LTF_LEAD(LTF_W_NODE) | (rnd() & LTF_MASK60);
		w[1] = LTF_CONT(rnd());
		w[2] = LTF_CONT(rnd() & ((1 << 28) - 1));
		return 3;
	case 2:
		len = (size_t)rand() % 70;
		w[0] = LTF_LEAD(LTF_W_BLOB) | (uint64_t)(rand() % 256) << 52 | (uint64_t)len << 28;
		for (size_t i = 0; i < (len + 6) / 7; i++)
			w[n++] = LTF_CONT(rnd() & ((1ULL << 56) - 1));
		return n;
	default:
		len = 2 + (size_t)rand() % 5;
		w[0] = LTF_LEAD(LTF_W_RES) | (uint64_t)(1 + rand() % 8) << 52 |
		       (uint64_t)len << 48 | (uint64_t)(rand() & 1) << 47;
		if (w[0] >> 47 & 1)
			w[0] |= (uint32_t)rnd();
		for (size_t i = 0; i < len; i++)
			w[n++] = LTF_CONT(i ? rnd() : rnd() % LTF_SITE_MAX);
		return n;
	}
}

static size_t random_block(uint64_t *words)
{
	size_t n = 0;
	memset(words, 0, sizeof(uint64_t) * LTF_BLOCK_WORDS);
	while (n < LTF_BLOCK_WORDS - 20) {
		int k = rand() % 10;
		n += k < 5   ? alloc_words(words + n)
		     : k < 8 ? release_words(words + n)
			     : other_words(words + n);
	}
	return n;
}

static void assert_same(const struct ltf_event *a, const struct ltf_event *b)
{
	struct ltf_event x = *a, y = *b;
	if (x.tag == LTF_W_BLOB)
		assert_memory_equal(x.blob, y.blob, x.blob_len);
	x.blob = y.blob = NULL;
	assert_memory_equal(&x, &y, sizeof(x));
}

static void events_round_trip(void **state)
{
	(void)state;
	static uint64_t words[LTF_BLOCK_WORDS];
	uint8_t *out = malloc(ENCODED_MAX);
	uint8_t scratch[7 * LTF_BLOCK_WORDS];
	for (int round = 0; round < 300; round++) {
		size_t n = random_block(words);
		struct ltf_run run = {.thread = 7, .block = 1ULL << 40, .first = 0};
		size_t len = encoded(words, LTF_BLOCK_WORDS, &run, false, out);
		assert_int_equal(run.words, n);
		assert_true(len > 0 && len <= ENCODED_MAX);
		static struct ltf_events r;
		assert_int_equal(ltf_events_open(&r, out, len), 0);
		assert_int_equal(ltf_events_run(&r), 1);
		assert_int_equal(r.run.events, run.events);
		struct ltf_event want, got;
		for (size_t i = 0; i < n;) {
			i += ltf_words_next(words + i, n - i, &want, scratch);
			assert_int_equal(ltf_events_next(&r, &got), 1);
			assert_same(&want, &got);
		}
		assert_int_equal(ltf_events_next(&r, &got), 0);
	}
	free(out);
}

static void w_pair(uint64_t *w, uint64_t addr, uint32_t *number)
{
	w[0] = LTF_LEAD(LTF_W_ALLOC) | LTF_ADDR44(addr) << 16 | 100;
	w[1] = LTF_CONT(UINT64_C(7) << 30 | LTF_ALLOC_NUMBERED);
	w[2] = LTF_CONT((*number)++);
	w[3] = LTF_LEAD(LTF_W_FREE) | LTF_ADDR44(addr) << 16 | LTF_FREE_NUMBERED;
	w[4] = LTF_CONT((*number)++);
}

/* Words as programs make them: blocks that are released soon, numbers that go on. */
static size_t lifelike_block(uint64_t *w, uint64_t *live, uint32_t *numbers)
{
	size_t n = 0;
	memset(w, 0, sizeof(uint64_t) * LTF_BLOCK_WORDS);
	while (n < LTF_BLOCK_WORDS - 8) {
		unsigned i = (unsigned)rand() % 64, numbered = (unsigned)rand() % 50 != 0;
		uint64_t addr = live[i] ? live[i] : 0x5500000 + (uint64_t)(rand() % 4000) * 16;
		uint32_t *next = &numbers[LTF_REGION(addr)];
		if (live[i]) {
			w[n++] = LTF_LEAD(LTF_W_FREE + rand() % 2) | LTF_ADDR44(addr) << 16 |
				 numbered << 2;
			live[i] = 0;
		} else {
			w[n++] = LTF_LEAD(LTF_W_ALLOC) | LTF_ADDR44(addr) << 16 | i * 8;
			w[n++] = LTF_CONT((uint64_t)(i % 9) << 30 | numbered);
			live[i] = addr;
		}
		if (numbered)
			w[n++] = LTF_CONT((*next)++);
	}
	return n;
}

enum { RUNS = 48 }; /* more blocks than a release can name by their number */

static size_t body_of_runs(
	struct ltf_encoder *e, uint64_t words[RUNS][LTF_BLOCK_WORDS], size_t n[RUNS], uint8_t *out)
{
	uint64_t live[64] = {0};
	static uint32_t numbers[LTF_REGION_COUNT];
	ltf_encode_begin(e);
	for (unsigned i = 0; i < RUNS; i++) {
		struct ltf_run run = {.thread = 1 + i % 3, .block = 100 + i * 7, .first = i};
		n[i] = rand() % 4 ? lifelike_block(words[i], live, numbers)
				  : random_block(words[i]);
		assert_true(ltf_encode_fits(e, LTF_BLOCK_WORDS));
		ltf_encode_run(e, words[i], LTF_BLOCK_WORDS, &run, false);
		assert_int_equal(run.words, n[i]);
	}
	return encoded_flat(e, out);
}

static void runs_of_a_body_round_trip(void **state)
{
	(void)state;
	static struct ltf_encoder e;
	static uint64_t words[RUNS][LTF_BLOCK_WORDS];
	static struct ltf_events r;
	uint8_t *out = malloc((size_t)RUNS * ENCODED_MAX);
	uint8_t scratch[7 * LTF_BLOCK_WORDS];
	for (int round = 0; round < 50; round++) {
		size_t n[RUNS], len = body_of_runs(&e, words, n, out);
		assert_int_equal(ltf_events_open(&r, out, len), 0);
		for (unsigned i = 0; i < RUNS; i++) {
			struct ltf_event want, got;
			assert_int_equal(ltf_events_run(&r), 1);
			assert_int_equal(r.run.thread, 1 + i % 3);
			assert_int_equal(r.run.block, 100 + i * 7);
			assert_int_equal(r.run.first, i);
			size_t stop = rand() % 3 ? n[i] : n[i] / 2; /* or the rest is passed over */
			for (size_t at = 0; at < stop;) {
				at += ltf_words_next(words[i] + at, n[i] - at, &want, scratch);
				assert_int_equal(ltf_events_next(&r, &got), 1);
				assert_same(&want, &got);
			}
			if (stop == n[i])
				assert_int_equal(ltf_events_next(&r, &got), 0);
		}
		assert_int_equal(ltf_events_run(&r), 0);
	}
	free(out);
}

/* Neither an address nor a number, nor site nor size, once they have been seen. */
static void what_repeats_takes_a_byte_an_event(void **state)
{
	(void)state;
	static struct ltf_encoder e;
	static uint64_t words[LTF_BLOCK_WORDS];
	size_t n = 0, events = 0;
	for (uint32_t number = 0; n + 5 <= LTF_BLOCK_WORDS; events += 2) {
		w_pair(words + n, 0x55550010, &number);
		n += 5;
	}
	struct ltf_run run = {.thread = 1};
	ltf_encode_begin(&e);
	ltf_encode_run(&e, words, n, &run, false);
	struct ltf_piece piece[LTF_PIECES];
	size_t len = ltf_encode_pieces(&e, piece);
	assert_int_equal(run.events, events);
	assert_true(len < events + 60);
}

static void damaged_bodies_of_runs_end_in_an_error(void **state)
{
	(void)state;
	static struct ltf_encoder e;
	static uint64_t words[RUNS][LTF_BLOCK_WORDS];
	static struct ltf_events r;
	uint8_t *out = malloc((size_t)RUNS * ENCODED_MAX);
	for (int round = 0; round < 300; round++) {
		size_t n[RUNS], len = body_of_runs(&e, words, n, out);
		for (int k = rand() % 4; k >= 0; k--)
			out[(size_t)rand() % len] = (uint8_t)rand();
		len -= (size_t)rand() % 3 ? 0 : (size_t)rand() % len;
		uint8_t *exact = malloc(len ? len : 1); /* so that ASan sees one byte too far */
		memcpy(exact, out, len);
		struct ltf_event ev;
		int errors = 0, got;
		if (ltf_events_open(&r, exact, len) == 0)
			while ((got = ltf_events_run(&r)) != 0) {
				errors += got < 0;
				while ((got = ltf_events_next(&r, &ev)) == 1)
					;
				errors += got < 0;
			}
		assert_true(errors <= 1); /* told once */
		free(exact);
	}
	free(out);
}

static void a_hole_stops_a_run_or_is_stepped_over(void **state)
{
	(void)state;
	uint64_t words[8] = {0};
	uint8_t out[ENCODED_MAX];
	struct ltf_run run = {.thread = 1};
	words[0] = LTF_LEAD(LTF_W_TIME) | 5;
	words[2] = LTF_CONT(9); /* of an event whose lead word was never stored */
	words[3] = LTF_LEAD(LTF_W_TIME) | 6;
	encoded(words, 8, &run, false, out);
	assert_int_equal(run.words, 1);
	assert_int_equal(run.events, 1);
	encoded(words, 8, &run, true, out);
	assert_int_equal(run.words, 8);
	assert_int_equal(run.events, 2);
}

static void damaged_bodies_end_in_an_error(void **state)
{
	(void)state;
	static uint64_t words[LTF_BLOCK_WORDS];
	uint8_t *out = malloc(ENCODED_MAX);
	for (int round = 0; round < 2000; round++) {
		random_block(words);
		struct ltf_run run = {.thread = 7};
		size_t len = encoded(words, LTF_BLOCK_WORDS, &run, false, out);
		for (int k = rand() % 4; k >= 0; k--)
			out[(size_t)rand() % len] = (uint8_t)rand();
		len -= (size_t)rand() % 3 ? 0 : (size_t)rand() % len;
		uint8_t *exact = malloc(len ? len : 1); /* so that ASan sees one byte too far */
		memcpy(exact, out, len);
		static struct ltf_events r;
		struct ltf_event ev;
		if (ltf_events_open(&r, exact, len) == 0 && ltf_events_run(&r) == 1)
			for (int left = LTF_BLOCK_WORDS; ltf_events_next(&r, &ev) == 1; left--)
				assert_true(left > 0);
		free(exact);
	}
	free(out);
}

static void assert_plain(const struct ltf_plain *p, const struct ltf_event *ev)
{
	assert_int_equal(p->tag, ev->tag);
	assert_int_equal(p->api, ev->api);
	assert_int_equal(p->numbered, ev->numbered);
	assert_int_equal(p->number, ev->number);
	assert_int_equal(p->site, ev->site);
	assert_true(p->addr == ev->addr && p->size == ev->size);
}

/* Reads a body one by one and, beside it, many at a time where that is possible. */
static void read_both_ways(const uint8_t *body, size_t len)
{
	static struct ltf_events one, many;
	struct ltf_event a, b;
	struct ltf_plain some[9];
	if (ltf_events_open(&one, body, len) || ltf_events_run(&one) != 1)
		return;
	ltf_events_open(&many, body, len);
	assert_int_equal(ltf_events_run(&many), 1);
	for (int got = 1; got == 1;) {
		size_t n = ltf_events_plain(&many, some, 1 + (size_t)rand() % 9);
		for (size_t i = 0; i < n; i++) {
			assert_int_equal(ltf_events_next(&one, &a), 1);
			assert_plain(&some[i], &a);
		}
		if (n > 0)
			continue;
		got = ltf_events_next(&one, &a);
		assert_int_equal(ltf_events_next(&many, &b), got);
		if (got == 1)
			assert_same(&a, &b);
	}
}

static void both_ways_of_decoding_agree(void **state)
{
	(void)state;
	static uint64_t words[LTF_BLOCK_WORDS];
	uint8_t *out = malloc(ENCODED_MAX);
	for (int round = 0; round < 4000; round++) {
		random_block(words);
		struct ltf_run run = {.thread = 7};
		size_t len = encoded(words, LTF_BLOCK_WORDS, &run, false, out);
		for (int k = rand() % 4; k > 0; k--)
			out[(size_t)rand() % len] = (uint8_t)rand();
		len -= (size_t)rand() % 3 ? 0 : (size_t)rand() % len;
		uint8_t *exact = malloc(len ? len : 1); /* so that ASan sees one byte too far */
		memcpy(exact, out, len);
		read_both_ways(exact, len);
		free(exact);
	}
	free(out);
}

static void chunks_are_sealed(void **state)
{
	(void)state;
	struct ltf_chunk c;
	char data[] = "some bytes";
	ltf_chunk_seal(&c, LTF_CODEC_PLAIN, 3, sizeof(data), data, sizeof(data));
	assert_true(ltf_chunk_plausible(&c) && ltf_chunk_intact(&c, data));
	data[2] ^= 1;
	assert_false(ltf_chunk_intact(&c, data));
	data[2] ^= 1;
	c.number++;
	assert_false(ltf_chunk_intact(&c, data));
	c.raw_len = LTF_CHUNK_RAW_MAX + 1;
	assert_false(ltf_chunk_plausible(&c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc_of_the_standard_check_string),
		cmocka_unit_test(varints_round_trip),
		cmocka_unit_test(events_round_trip),
		cmocka_unit_test(runs_of_a_body_round_trip),
		cmocka_unit_test(what_repeats_takes_a_byte_an_event),
		cmocka_unit_test(damaged_bodies_of_runs_end_in_an_error),
		cmocka_unit_test(a_hole_stops_a_run_or_is_stepped_over),
		cmocka_unit_test(damaged_bodies_end_in_an_error),
		cmocka_unit_test(both_ways_of_decoding_agree),
		cmocka_unit_test(chunks_are_sealed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
