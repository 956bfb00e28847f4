/* Mappings as they come, are cut, moved and replaced: random events, beside a model that has a word
 * for each page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/dumpread.h"
#include "tools/load.h"
#include "tools/replay.h"
#include "tools/util/sorted.h"

enum { PAGES = 400, EVENTS = 300, FIXED = 0x10, MAYMOVE = 1, TO_FIXED = 2, DONTUNMAP = 4 };
#define BASE ((uint64_t)0x7f0000000000)

static struct dg g;
static uint64_t seed;
static uint32_t page[PAGES]; /* the site of what is mapped there; 0: nothing */
static uint32_t sites;       /* one for each mapping that was made */
static uint64_t unknown;

static uint32_t any(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((seed >> 33) % below);
}

static uint64_t addr(uint32_t at)
{
	return BASE + (uint64_t)at * 4096;
}

static void res(enum ltf_res kind, uint32_t site, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
	uint64_t e, unsigned n)
{
	dg_res(&g, kind, site, n, (uint64_t[]){a, b, c, d, e});
}

static bool is_free(uint32_t at, uint32_t n)
{
	for (uint32_t i = at; i < at + n; i++)
		if (i >= PAGES || page[i])
			return false;
	return true;
}

static bool is_all_mapped(uint32_t at, uint32_t n)
{
	for (uint32_t i = at; i < at + n; i++)
		if (i >= PAGES || !page[i])
			return false;
	return true;
}

static void set(uint32_t at, uint32_t n, uint32_t site)
{
	for (uint32_t i = at; i < at + n; i++)
		page[i] = site;
}

static void map(uint32_t at, uint32_t n)
{
	bool fixed = !is_free(at, n);
	if (at + n > PAGES)
		return;
	set(at, n, ++sites);
	res(LTF_RES_MMAP, sites, addr(at), n * 4096 - any(4096), fixed ? FIXED : 0, 0, 0, 3);
}

static void unmap(uint32_t at, uint32_t n)
{
	if (at + n > PAGES)
		return;
	res(LTF_RES_MUNMAP, 9999, addr(at), n * 4096 - any(4096), 0, 0, 0, 2);
	if (any(8) == 0) {
		res(LTF_RES_UNMAP_FAILED, 9999, addr(at), n * 4096, 0, 0, 0, 2);
		unknown += is_free(at, n);
		return;
	}
	unknown += is_free(at, n);
	set(at, n, 0);
}

static void begin(uint32_t at, uint32_t n, bool *announced)
{
	*announced = any(2);
	if (*announced)
		res(LTF_RES_MREMAP_BEGIN, 9999, addr(at), n * 4096, 0, 0, 0, 2);
}

/* To a place apart from the old one, or the same. */
static void move(uint32_t at, uint32_t n, uint32_t to, uint32_t new)
{
	uint32_t was[PAGES];
	bool announced, apart = to + new <= at || at + n <= to;
	if (to + new > PAGES || !is_all_mapped(at, n) || (!apart && to != at) ||
		(to == at && new > n && !is_free(at + n, new - n)))
		return;
	unsigned flags = MAYMOVE | (apart && !is_free(to, new) ? TO_FIXED : 0);
	flags |= apart && new == n &&any(2) ? DONTUNMAP : 0;
	begin(at, n, &announced);
	if (announced && any(4) == 0) {
		res(LTF_RES_UNMAP_FAILED, 9999, addr(at), n * 4096, 0, 0, 0, 2);
		return;
	}
	memcpy(was, page + at, n * sizeof(*was));
	if (!(flags & DONTUNMAP))
		set(at, n, 0);
	for (uint32_t i = 0; i < new; i++)
		page[to + i] = was[i < n ? i : n - 1];
	res(LTF_RES_MREMAP, 9999, addr(at), n * 4096, addr(to), new * 4096, flags, 5);
}

static void map_again(uint32_t at, uint32_t to, uint32_t n)
{
	if (!page[at] || !is_free(to, n))
		return;
	set(to, n, ++sites);
	res(LTF_RES_MREMAP, sites, addr(at), 0, addr(to), n * 4096, MAYMOVE, 5);
}

static void one_event(void)
{
	uint32_t at = any(PAGES), n = 1 + any(any(8) ? 12 : 80), to = any(3) ? any(PAGES) : at;
	switch (any(7)) {
	case 0:
	case 1:
	case 2:
		map(at, n);
		break;
	case 3:
	case 4:
		unmap(at, n);
		break;
	case 5:
		move(at, n, to, any(2) ? n : 1 + any(20));
		break;
	default:
		map_again(at, to, n);
	}
}

static void check_open(const struct lr_open_at *end)
{
	uint32_t got[PAGES] = {0};
	for (size_t i = 0; i < end->used; i++) {
		const struct lr_open_resource *o = &end->list[i];
		assert_true(o->handle >= BASE && o->handle + o->length <= addr(PAGES));
		uint64_t at = (o->handle - BASE) / 4096;
		for (uint64_t k = 0; k < o->length / 4096; k++) {
			assert_int_equal(got[at + k], 0);
			got[at + k] = o->site;
		}
	}
	assert_memory_equal(got, page, sizeof(got));
}

static void check_sums(const struct lr_tally *t)
{
	static bool seen[EVENTS + 1];
	uint64_t mapped = 0, open = 0;
	memset(seen, 0, sizeof(seen));
	for (uint32_t i = 0; i < PAGES; i++) {
		mapped += page[i] != 0;
		open += page[i] && !seen[page[i]];
		seen[page[i]] = true;
	}
	const struct lr_resource_total *sum = &t->resources.total[LR_RES_MAPPING];
	assert_int_equal(sum->created, sites);
	assert_int_equal(sum->lost, 0);
	assert_int_equal(sum->open, open);
	assert_int_equal(sum->released, sites - open);
	assert_int_equal(sum->open_bytes, mapped * 4096);
	assert_int_equal(sum->unknown_releases, unknown);
	for (size_t i = 0; i < t->resources.used; i++) {
		const struct lr_resource_cell *c = &t->resources.cells[i];
		assert_int_equal(c->open, seen[c->site]);
		assert_int_equal(c->created, 1);
	}
}

static void one_case(uint64_t number)
{
	struct lr_error err = {{0}};
	seed = number * 0x9e3779b97f4a7c15ull;
	sites = 0;
	unknown = 0;
	memset(page, 0, sizeof(page));
	dg_init(&g, 0, 0);
	for (uint32_t n = 1 + any(EVENTS - 1); n; n--)
		one_event();
	dg_finish(&g, 0);
	struct lr_source *s = dr_open(g.file, g.size, &err);
	assert_non_null(s);
	struct lr_tally *t = lr_tally_new(&lr_selection_all, &lr_limits_default);
	lr_replay_source(s, t, NULL, NULL);
	lr_source_close(s);
	const struct lr_open_at *end =
		lr_open_at(t->resources.at, t->resources.at_used, LR_OPEN_END);
	assert_non_null(end);
	check_open(end);
	check_sums(t);
	lr_tally_free(t);
	dg_free(&g);
}

static void random_events(void **state)
{
	(void)state;
	for (uint64_t number = 1; number < 400; number++)
		one_case(number);
}

/* Many keys, in and out. */
static void sorted(void **state)
{
	enum { KEYS = 3000, ROUNDS = 60000 };
	static bool has[KEYS];
	struct lr_sorted s = {0};
	uint32_t value;
	(void)state;
	seed = 7;
	memset(has, 0, sizeof(has));
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint32_t k = any(KEYS), low = k, high = k;
		if (any(2) == 0 || round > ROUNDS / 2) {
			assert_int_equal(lr_sorted_remove(&s, k * 10), has[k]);
			has[k] = false;
		} else {
			lr_sorted_put(&s, k * 10, k);
			has[k] = true;
		}
		if (round % 16)
			continue;
		while (low && !has[low])
			low--;
		while (high < KEYS && !has[high])
			high++;
		assert_int_equal(lr_sorted_below(&s, k * 10 + 5, &value), has[low]);
		assert_true(!has[low] || value == low);
		assert_int_equal(lr_sorted_above(&s, k * 10, &value), high < KEYS);
		assert_true(high == KEYS || value == high);
	}
	lr_sorted_free(&s);
}

/* Whose it is, and what nobody calls a mapping. */
static void kinds(void **state)
{
	struct lr_error err = {{0}};
	(void)state;
	dg_init(&g, 0, 0);
	res(LTF_RES_MMAP, 1, BASE, 0x4000, LTF_MAPPED_BY_ALLOCATOR | 0x300000022, 0, 0, 3);
	res(LTF_RES_MREMAP, 1, BASE, 0x4000, BASE + 0x10000, 0x8000, LTF_MAPPED_BY_ALLOCATOR | 1,
		5);
	res(LTF_RES_BRK, 2, 0x1000, 0x5000, 0, 0, 0, 2);
	res(LTF_RES_BRK, 2, 0x5000, 0x3000, 0, 0, 0, 2);
	res(LTF_RES_MMAP, 3, BASE + 0x100000, 0, 0, 0, 0, 3); /* no kernel does that */
	res(LTF_RES_MMAP, 3, BASE + 0x200000, 100, 0x40000, 0, 0, 3);
	res(LTF_RES_MREMAP_BEGIN, 9, BASE + 0x200000, 0x200000, 0, 0, 0, 2); /* and was killed */
	dg_finish(&g, 0);
	struct lr_source *s = dr_open(g.file, g.size, &err);
	struct lr_tally *t = lr_tally_new(&lr_selection_all, &lr_limits_default);
	lr_replay_source(s, t, NULL, NULL);
	lr_source_close(s);
	assert_int_equal(t->resources.total[LR_RES_ALLOCATORS].open, 1);
	assert_int_equal(t->resources.total[LR_RES_ALLOCATORS].open_bytes, 0x8000);
	assert_int_equal(t->resources.total[LR_RES_BREAK].open_bytes, 0x2000);
	assert_int_equal(t->resources.total[LR_RES_MAPPING].open, 1);
	assert_int_equal(t->resources.total[LR_RES_MAPPING].open_bytes, 2 << 20);
	lr_tally_free(t);
	dg_free(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_events), cmocka_unit_test(sorted), cmocka_unit_test(kinds)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
