/* Made-up runs of resources, judged: which sites keep rising. With a number as argument, so many of
 * each kind; else 20. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tools/model/tally.h"
#include "tools/view/rising.h"

static unsigned each = 20;

/* A run of `length` seconds. */
struct run {
	struct lr_tally *tally;
	uint64_t random, open, released;
	uint32_t cell, other, blocks;
	double length, now;
	int chatter; /* allocations for a step */
};

static double between(struct run *r, double from, double to)
{
	uint64_t z = r->random += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return from + (to - from) * ((double)((z ^ z >> 31) >> 11) / (double)(1ULL << 53));
}

static double scaled(struct run *r, double from, double to)
{
	return exp(between(r, log(from), log(to)));
}

static uint64_t now(struct run *r)
{
	return (uint64_t)(r->now * 1e6) / 4000 * 4000;
}

static void take(struct run *r)
{
	r->tally->resources.allocations = r->tally->total.allocations;
	lr_resources_opened(&r->tally->resources, r->cell, 0, now(r), true);
	r->open++;
}

static void drop(struct run *r)
{
	if (!r->open)
		return;
	lr_resources_gone(&r->tally->resources, r->cell, 0, LR_GONE_RELEASED);
	r->open--;
	r->released++;
}

/* What else goes on: blocks, and files opened and closed at once. */
static void others(struct run *r, double seconds)
{
	int n = (int)between(r, 0, 2 * r->chatter + 1);
	for (int i = 0; i < n; i++) {
		lr_tally_alloc(r->tally, r->blocks, 100, now(r));
		lr_tally_free_block(r->tally, r->blocks, 100, 0, true);
	}
	if (n % 4 == 0) {
		r->tally->resources.allocations = r->tally->total.allocations;
		lr_resources_opened(&r->tally->resources, r->other, 0, now(r), true);
		lr_resources_gone(&r->tally->resources, r->other, 0, LR_GONE_RELEASED);
	}
	r->now += seconds;
	lr_tally_time(r->tally, now(r));
}

enum { STEPS = 1000 };

static double at(int i)
{
	return (double)i / STEPS;
}

/* Opens and closes up to a number. */
static void hold(struct run *r, double level)
{
	while ((double)r->open + 1 <= level)
		take(r);
	while ((double)r->open > level + 0.5)
		drop(r);
	others(r, r->length / STEPS);
}

/* --- what rises --- */

static void one_now_and_then(struct run *r)
{
	double n = scaled(r, 12, 2000), some = between(r, 0, 5);
	for (int i = 0; i < STEPS; i++) {
		while ((double)r->open < some + n * at(i + 1))
			take(r);
		others(r, r->length / STEPS);
	}
}

/* Eight or more in the whole run, at any time. */
static void few_and_none_closed(struct run *r)
{
	double n = between(r, 16, 40);
	for (int i = 0; i < STEPS; i++) {
		if (between(r, 0, 1) < n / STEPS)
			take(r);
		others(r, r->length / STEPS);
	}
}

static void some_are_forgotten(struct run *r)
{
	double n = scaled(r, 40, 1000), share = between(r, 0.05, 0.5), debt = 0;
	for (int i = 0; i < STEPS; i++) {
		for (debt += n / share / STEPS; debt >= 1; debt--) {
			take(r);
			if (between(r, 0, 1) > share)
				drop(r);
		}
		others(r, r->length / STEPS);
	}
}

static void on_connections(struct run *r)
{
	double clients = between(r, 5, 60), n = clients * between(r, 1, 5), level = 0;
	for (int i = 0; i < STEPS; i++) {
		level += (between(r, -1, 1) - (level - clients) / clients) * 2;
		hold(r, fmax(0, level) + n * at(i));
	}
}

static void in_bursts(struct run *r)
{
	double bursts = between(r, 12, 40), size = scaled(r, 3, 40), shift = between(r, 0, 1);
	for (int i = 0; i < STEPS; i++) {
		if ((int)(at(i) * bursts + shift) != (int)(at(i + 1) * bursts + shift))
			for (int k = 0; k < size; k++)
				take(r);
		others(r, r->length / STEPS);
	}
}

static void after_a_start_up(struct run *r)
{
	double base = scaled(r, 1, 50), until = between(r, 0.01, 0.2), n = scaled(r, 20, 500);
	for (int i = 0; i < STEPS; i++)
		hold(r, base * fmin(1, at(i) / until) + n * at(i));
}

/* --- what does not --- */

static void opened_at_first(struct run *r)
{
	double n = scaled(r, 2, 500), until = scaled(r, 0.001, 0.3);
	for (int i = 0; i < STEPS; i++) {
		while ((double)r->open < n * fmin(1, at(i + 1) / until))
			take(r);
		others(r, r->length / STEPS);
	}
}

static void pool_fills_up(struct run *r)
{
	double n = scaled(r, 4, 500), until = between(r, 0.1, 0.7);
	for (int i = 0; i < STEPS; i++) {
		hold(r, n * fmin(1, at(i) / until));
		if (r->open && between(r, 0, 1) < 0.2) {
			drop(r);
			take(r);
		}
	}
}

/* Each step some come and each may go. */
static void connections(struct run *r)
{
	double clients = scaled(r, 3, 200), stay = scaled(r, 2, 60), debt = 0;
	for (int i = 0; i < STEPS; i++) {
		for (debt += between(r, 0, 2) * clients / stay; debt >= 1; debt--)
			take(r);
		for (uint64_t k = r->open; k > 0; k--)
			if (between(r, 0, 1) < 1 / stay)
				drop(r);
		others(r, r->length / STEPS);
	}
}

static void clients_come_to_stay(struct run *r)
{
	double clients = scaled(r, 10, 500), since = between(r, 0.05, 0.9);
	double until = since + between(r, 0.001, 0.1);
	for (int i = 0; i < STEPS; i++)
		hold(r, clients * fmin(1, fmax(0, (at(i) - since) / (until - since))));
}

static void rounds(struct run *r)
{
	double teeth = scaled(r, 1, 200), n = scaled(r, 4, 300);
	for (int i = 0; i < STEPS; i++)
		hold(r, n * (at(i) * teeth - floor(at(i) * teeth)));
}

static void batch(struct run *r)
{
	double begin = between(r, 0.1, 0.6), end = begin + between(r, 0.05, 0.3);
	double n = scaled(r, 8, 1000);
	for (int i = 0; i < STEPS; i++)
		hold(r, at(i) > begin && at(i) < end ? n * (at(i) - begin) / (end - begin) : 0);
}

static void last_minute(struct run *r)
{
	double since = between(r, 0.75, 0.999), n = scaled(r, 8, 200);
	for (int i = 0; i < STEPS; i++)
		hold(r, n * fmax(0, (at(i) - since) / (1 - since)));
}

static void files_by_turns(struct run *r)
{
	double most = between(r, 2, 30);
	for (int i = 0; i < STEPS; i++)
		hold(r, most * (0.5 + 0.5 * sin(i * between(r, 0.9, 1.1) / 7)));
}

static void cache_of_files(struct run *r)
{
	double tau = between(r, 0.05, 0.25), n = scaled(r, 16, 500);
	for (int i = 0; i < STEPS; i++) {
		hold(r, n * (1 - exp(-at(i) / tau)));
		if (r->open && between(r, 0, 1) < 0.1) {
			drop(r);
			take(r);
		}
	}
}

static const struct kind {
	const char *name;
	bool rises;
	void (*play)(struct run *r);
} kinds[] = {{"one now and then", true, one_now_and_then},
	{"few, none closed", true, few_and_none_closed},
	{"some are forgotten", true, some_are_forgotten}, {"on connections", true, on_connections},
	{"in bursts", true, in_bursts}, {"after a start-up", true, after_a_start_up},
	{"opened at first", false, opened_at_first}, {"pool fills up", false, pool_fills_up},
	{"connections", false, connections}, {"clients come to stay", false, clients_come_to_stay},
	{"rounds", false, rounds}, {"batch", false, batch}, {"last minute", false, last_minute},
	{"files by turns", false, files_by_turns}, {"cache of files", false, cache_of_files}};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static bool judge(const struct kind *kind, uint64_t seed, bool fast)
{
	const struct lr_rising_settings settings = {.least = 8, .confidence = 0.99};
	static struct lr_dense values;
	struct run r = {
		.random = seed, .tally = lr_tally_new(&lr_selection_all, &lr_limits_default)};
	struct lr_resources *res = &r.tally->resources;
	struct lr_rising out;
	r.cell = lr_resources_cell(res, LR_RES_DESCRIPTOR, 1, 0, &lr_limits_default);
	r.other = lr_resources_cell(res, LR_RES_DESCRIPTOR, 2, 0, &lr_limits_default);
	r.blocks = lr_tally_cell(r.tally, 3, 0);
	r.length = fast ? scaled(&r, 0.002, 0.1) : scaled(&r, 1, 10000);
	r.chatter = (int)scaled(&r, 1, 20);
	kind->play(&r);
	lr_tally_finish(r.tally);
	memset(&values, 0, sizeof(values));
	if (res->cells[r.cell].followed.track)
		lr_track_add(&res->history,
			&res->history.tracks[res->cells[r.cell].followed.track - 1], &values);
	lr_rising_judge(&res->history, &values, lr_growth_end(&res->history, &values),
		r.released != 0, &settings, &out);
	if (out.rising != kind->rises)
		printf("  wrong: %s %llu: %s, by time %s %.4f, by events %s %.4f\n", kind->name,
			(unsigned long long)seed, lr_trend_words[out.growth.kind],
			out.growth.timed ? lr_trend_words[out.growth.time.kind] : "not",
			out.growth.time.confidence, lr_trend_words[out.growth.events.kind],
			out.growth.events.confidence);
	lr_tally_free(r.tally);
	return out.rising;
}

static void kinds_are_told_apart(void **state)
{
	unsigned found = 0, missed = 0, wrong = 0;
	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		unsigned rising = 0;
		for (unsigned i = 0; i < 2 * each; i++)
			rising += judge(&kinds[k], 1 + i + k * 1000003, i % 2);
		printf("%-20s %-8s %6u of %6u right\n", kinds[k].name,
			kinds[k].rises ? "rises" : "bounded",
			kinds[k].rises ? rising : 2 * each - rising, 2 * each);
		found += kinds[k].rises ? rising : 0;
		missed += kinds[k].rises ? 2 * each - rising : 0;
		wrong += kinds[k].rises ? 0 : rising;
	}
	double precision = (double)found / (found + wrong),
	       recall = (double)found / (found + missed);
	printf("precision %.4f, recall %.4f\n", precision, recall);
	assert_true(precision >= (each <= 20 ? 1 : 0.998));
	assert_true(recall >= 0.9);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(kinds_are_told_apart)};
	if (argc > 1)
		each = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
