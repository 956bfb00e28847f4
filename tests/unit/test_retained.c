/* What keeps what alive: random heaps, from the bytes of the records on, beside the definition
 * (take a holder or a block away, see what no chain leads to any more). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "format/file.h"
#include "format/graph.h"
#include "tools/model/retained.h"

enum { BLOCKS = 30, HOLDERS = 6, HOLDS = 40, NOTHING = 1000 };

static uint64_t seed;

static uint32_t any(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((unsigned __int128)seed * below >> 64);
}

static bool edge[BLOCKS][BLOCKS];
static uint32_t blocks, holders;
static bool passing[HOLDERS];
static struct lr_hold hold[HOLDS];
static struct lr_holders made = {.passing = passing, .holds = hold};
static uint64_t size[BLOCKS];

/* Writes the edges as a tracer does, in some records, and reads them. */
static void read_back(struct lr_graph *g)
{
	struct lr_graph_records r = {.used = 0};
	uint8_t body[1 + BLOCKS * BLOCKS * LTF_GRAPH_EDGE_MAX], *p = body + 1;
	struct ltf_graph_state s = {0};

	for (uint32_t i = 0; i < blocks; i++)
		for (uint32_t k = 0; k < blocks; k++) {
			struct ltf_graph_edge e = {.from = i, .to = k, .offset = 8 * k};
			if (!edge[i][k])
				continue;
			p = ltf_graph_put(&s, p, &e);
			if (any(8))
				continue;
			body[0] = LTF_GRAPH_MORE;
			lr_graph_add(&r, body, (size_t)(p - body));
			s = (struct ltf_graph_state){0};
			p = body + 1;
		}
	body[0] = LTF_GRAPH_LAST;
	lr_graph_add(&r, body, (size_t)(p - body));
	lr_graph_read(g, &r, blocks, 0, 0);
	assert_true(g->whole);
	lr_graph_forget(&r);
}

static void check_graph(const struct lr_graph *g)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < blocks; i++)
		for (uint32_t k = 0; k < blocks; k++)
			if (edge[i][k]) {
				assert_true(n >= g->first[i] && n < g->first[i + 1]);
				assert_int_equal(g->to[n], k);
				assert_int_equal(g->offset[n++], 8 * k);
			}
	assert_int_equal(g->first[blocks], n);
}

/* What chains of one kind of holder lead to, avoiding some blocks and a holder. `higher`: blocks
 * that better holders have, or NULL. */
static void reach(
	bool *reached, bool pass, const bool *without, uint32_t holder, const bool *higher)
{
	bool more = true;

	for (size_t i = 0; i < made.holds_used; i++)
		if (passing[hold[i].holder] == pass && hold[i].holder != holder &&
			!without[hold[i].block] && !(higher && higher[hold[i].block]))
			reached[hold[i].block] = true;
	while (more) {
		more = false;
		for (uint32_t i = 0; i < blocks; i++)
			for (uint32_t k = 0; k < blocks; k++)
				if (edge[i][k] && reached[i] && !reached[k] && !without[k] &&
					!(higher && higher[k]))
					more = reached[k] = true;
	}
}

static const bool nothing[BLOCKS];
static bool lasting[BLOCKS], passed[BLOCKS], held[BLOCKS];

/* The sum of what chains no longer lead to. What only the unknown holder has goes with it, or with
 * the blocks before it. */
static struct lr_sum gone(const bool *without, uint32_t holder)
{
	bool last[BLOCKS] = {false}, pass[BLOCKS] = {false}, rest[BLOCKS] = {false};
	struct lr_sum sum = {0};

	reach(last, false, without, holder, NULL);
	reach(pass, true, without, holder, lasting);
	for (uint32_t i = 0; i < blocks; i++) {
		rest[i] = !held[i] && !without[i] && holder != made.unknown;
		if (last[i] || pass[i] || rest[i])
			continue;
		sum.blocks++;
		sum.bytes += size[i];
	}
	return sum;
}

static void expect(struct lr_sum is, struct lr_sum should)
{
	assert_int_equal(is.blocks, should.blocks);
	assert_int_equal(is.bytes, should.bytes);
}

static void make_heap(void)
{
	unsigned density = any(12);

	blocks = 1 + any(BLOCKS);
	holders = 1 + any(HOLDERS);
	made.holders = holders;
	made.unknown = holders - 1;
	made.holds_used = holders > 1 ? any(any(2) ? 4 : HOLDS) : 0;
	for (uint32_t i = 0; i < holders; i++)
		passing[i] = i != made.unknown && any(3) == 0;
	for (size_t i = 0; i < made.holds_used; i++)
		hold[i] = (struct lr_hold){.holder = any(holders - 1), .block = any(blocks)};
	for (uint32_t i = 0; i < blocks; i++) {
		size[i] = any(100);
		for (uint32_t k = 0; k < blocks; k++)
			edge[i][k] = any(100) < density;
	}
	memset(lasting, 0, sizeof(lasting));
	memset(passed, 0, sizeof(passed));
	reach(lasting, false, nothing, NOTHING, NULL);
	reach(passed, true, nothing, NOTHING, lasting);
	for (uint32_t i = 0; i < blocks; i++)
		held[i] = lasting[i] || passed[i];
}

static void check_owners(const struct lr_retained *r)
{
	uint32_t *owner = lr_retained_owners(r);
	uint64_t owned[HOLDERS] = {0};

	for (uint32_t i = 0; i < blocks; i++) {
		assert_true(owner[i] == LR_NO_NODE || owner[i] < holders);
		if (owner[i] != LR_NO_NODE)
			owned[owner[i]]++;
	}
	for (uint32_t i = 0; i < holders; i++)
		assert_int_equal(owned[i], lr_retained_by_holder(r, i).blocks);
	free(owner);
}

static void check_all(const struct lr_retained *r)
{
	struct lr_sum sum = r->shared;
	bool without[BLOCKS] = {false};

	for (uint32_t i = 0; i < holders; i++) {
		struct lr_sum s = lr_retained_by_holder(r, i);
		expect(s, gone(nothing, i));
		sum.blocks += s.blocks;
		sum.bytes += s.bytes;
	}
	assert_int_equal(sum.blocks, blocks);
	for (uint32_t i = 0; i < blocks; i++) {
		sum.bytes -= size[i];
		without[i] = true;
		expect(lr_retained_by_block(r, i), gone(without, NOTHING));
		without[i] = false;
	}
	assert_int_equal(sum.bytes, 0);
	for (uint32_t i = 0; i < blocks; i++)
		without[i] = any(5) == 0;
	expect(lr_retained_by_all(r, without), gone(without, NOTHING));
}

static void test_random(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < 8000; number++) {
		struct lr_graph g;
		struct lr_retained r;
		seed = number * 0x9e3779b97f4a7c15ull | 1;
		make_heap();
		read_back(&g);
		check_graph(&g);
		lr_retained_make(&r, &g, &made, size);
		check_all(&r);
		check_owners(&r);
		lr_retained_free(&r);
		lr_graph_free(&g);
	}
}

/* Whatever stands in the records, what is read of it is a graph. */
static void test_damage(void **state)
{
	(void)state;
	for (uint64_t number = 0; number < 20000; number++) {
		struct lr_graph_records r = {.used = 0};
		struct lr_graph g;
		uint8_t body[40];
		seed = number * 0x9e3779b97f4a7c15ull | 1;
		for (unsigned n = any(4); n > 0; n--) {
			for (size_t i = 0; i < sizeof(body); i++)
				body[i] = (uint8_t)(any(3) ? any(16) : any(256));
			body[0] = (uint8_t)any(3);
			lr_graph_add(&r, body, any(sizeof(body)));
		}
		lr_graph_read(&g, &r, 5, 3, 2);
		assert_int_equal(g.first[0], 0);
		for (uint32_t i = 0; i < 5; i++)
			assert_true(g.first[i] <= g.first[i + 1]);
		for (uint32_t i = 0; i < g.first[5]; i++)
			assert_true(g.to[i] < 5);
		for (size_t i = 0; i < g.roots_used; i++)
			assert_true(
				g.roots[i].to < 5 && g.roots[i].from < (g.roots[i].word ? 2u : 3u));
		if (!r.ended || r.cut)
			assert_false(g.whole);
		lr_graph_free(&g);
		lr_graph_forget(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_damage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
