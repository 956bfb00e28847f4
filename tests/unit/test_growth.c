/* Histories of known kinds, judged: precision and recall by kind. With a number as argument, so
 * many of each kind and abscissa; else 20. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

#include "tests/unit/growth_kinds.h"
#include "tools/view/growth_judge.h"
#include "tools/view/trend_stats.h"

static unsigned each = 20;

static void dense_of(const struct lr_tally *t, uint32_t track, struct lr_dense *d)
{
	memset(d, 0, sizeof(*d));
	if (track)
		lr_track_add(&t->history, &t->history.tracks[track - 1], d);
}

static enum lr_trend_kind judge(const struct growth_kind *kind, uint64_t seed, bool fast)
{
	const struct lr_trend_settings settings = {
		.least = 16384, .confidence = 0.99, .large = LR_TREND_LARGE};
	struct lr_tally *t = growth_play(kind, seed, fast);
	static struct lr_dense site, whole;
	struct lr_growth g;
	uint32_t cell = lr_tally_known_cell(t, GROWTH_SITE);
	dense_of(t, t->cells[cell].followed.track, &site);
	dense_of(t, t->followed.track, &whole);
	lr_growth_judge(&t->history, &site, lr_growth_end(&t->history, &whole), &settings, &g);
	lr_tally_free(t);
	if (kind->grows != (g.kind == LR_TREND_GROWING))
		printf("  wrong: %s %llu: %s, by time %s %.4f, by events %s %.4f\n", kind->name,
			(unsigned long long)seed, lr_trend_words[g.kind],
			g.timed ? lr_trend_words[g.time.kind] : "not", g.time.confidence,
			lr_trend_words[g.events.kind], g.events.confidence);
	return g.kind;
}

static void print_row(const struct growth_kind *k, const unsigned *verdicts, unsigned all)
{
	unsigned right = k->grows ? verdicts[LR_TREND_GROWING] : all - verdicts[LR_TREND_GROWING];
	printf("%-20s %-8s %6u of %6u right:", k->name, k->grows ? "grows" : "bounded", right, all);
	for (int i = 0; i < LR_TREND_COUNT; i++)
		if (verdicts[i])
			printf(" %u %s", verdicts[i], lr_trend_words[i]);
	putchar('\n');
}

static void kinds_are_told_apart(void **state)
{
	unsigned found = 0, missed = 0, wrong = 0;
	(void)state;
	for (size_t k = 0; k < growth_kinds_count; k++) {
		unsigned verdicts[LR_TREND_COUNT] = {0};
		for (unsigned i = 0; i < 2 * each; i++)
			verdicts[judge(&growth_kinds[k], 1 + i + k * 1000003, i % 2)]++;
		print_row(&growth_kinds[k], verdicts, 2 * each);
		if (growth_kinds[k].grows) {
			found += verdicts[LR_TREND_GROWING];
			missed += 2 * each - verdicts[LR_TREND_GROWING];
		} else {
			wrong += verdicts[LR_TREND_GROWING];
		}
	}
	double precision = (double)found / (found + wrong),
	       recall = (double)found / (found + missed);
	printf("precision %.4f, recall %.4f\n", precision, recall);
	assert_true(precision >= (each <= 20 ? 1 : 0.99));
	assert_true(recall >= 0.95);
}

static void slopes_are_medians(void **state)
{
	const double y[] = {1, 3, 5, 7, 9, 1000, 13, 15, 17, 19};
	double slope, low, high;
	(void)state;
	lr_theil_sen(y, 10, &slope, &low, &high);
	assert_true(fabs(slope - 2) < 1e-9);
	assert_true(low <= 2 && high >= 2);
	assert_true(lr_mann_kendall(y, 10, slope) > 0.99);
	const double flat[] = {5, 5, 5, 5, 5, 5, 5, 5};
	assert_true(fabs(lr_mann_kendall(flat, 8, 0) - 0.5) < 1e-9);
	const double down[] = {9, 8, 7, 6, 5, 4, 3, 2};
	assert_true(lr_mann_kendall(down, 8, -1) < 0.01);
}

static void ties_are_counted(void **state)
{
	const double y[] = {1, 2, 2, 3, 4, 3, 5, 6, 6};
	(void)state;
	/* S: of 36 pairs 32 rise, 1 falls, 3 are tied; Var = (9*8*23 - 3*2*1*9)/18 = 89. */
	double expected = 0.5 * erfc(-(31 - 1) / sqrt(89) / sqrt(2));
	assert_true(fabs(lr_mann_kendall(y, 9, 10) - expected) < 0.05);
}

/* However long the run, and whatever is joined, levels and their lows are those that there were. */
static void histories_are_true(void **state)
{
	static struct lr_dense d;
	struct lr_tally *t = lr_tally_new(&lr_selection_all, &lr_limits_default);
	uint32_t cell = lr_tally_cell(t, GROWTH_SITE, 0), other = lr_tally_cell(t, GROWTH_OTHER, 0);
	uint64_t time = 0;
	(void)state;
	for (int i = 0; i < 300000; i++) {
		lr_tally_alloc(t, cell, 100, time);
		if (i == 200000) { /* all is released for a moment */
			for (int k = 0; k <= i; k++)
				lr_tally_free_block(t, cell, 100, 0, false);
			for (int k = 0; k <= i; k++)
				lr_tally_alloc(t, cell, 100, time);
		}
		lr_tally_alloc(t, other, 1000000, time);
		lr_tally_free_block(t, other, 1000000, 0, true);
		lr_tally_time(t, time += i % 7 ? 0 : 4000);
	}
	lr_tally_finish(t);
	assert_true(t->history.used > LR_MOMENTS_MAX / 4 && t->history.used <= LR_MOMENTS_MAX);
	assert_int_equal(t->cells[other].followed.track, 0);
	dense_of(t, t->cells[cell].followed.track, &d);
	size_t zeros = 0;
	for (size_t i = 0; i < t->history.used; i++) {
		const struct lr_moment *m = &t->history.moments[i];
		assert_true(i == 0 || m->time >= m[-1].time);
		assert_true(i == 0 || m->events >= m[-1].events);
		assert_true(d.low[i] <= d.last[i]);
		zeros += d.low[i] <= 0 && d.last[i] > 10000;
	}
	assert_true(zeros >= 1 && zeros <= 2);
	assert_true(fabs(d.last[t->history.used - 1] - 30e6) < 1);
	assert_true(fabs(d.blocks[t->history.used - 1] - 300000) < 1);
	lr_tally_free(t);
}

/* Where there are too many points, the largest sites stay. */
static void points_are_bounded(void **state)
{
	enum { SITES = 2000, ROUNDS = 400 };
	struct lr_tally *t = lr_tally_new(&lr_selection_all, &lr_limits_default);
	(void)state;
	t->history.points_max = 20000;
	for (int round = 0; round < ROUNDS; round++)
		for (uint32_t i = 0; i < SITES; i++)
			lr_tally_alloc(t, lr_tally_cell(t, i + 1, 0), i < 10 ? 100000 : 100, 0);
	lr_tally_finish(t);
	assert_true(t->history.points <= 20000 + SITES);
	for (uint32_t i = 0; i < 10; i++) {
		const struct lr_cell *c = &t->cells[lr_tally_known_cell(t, i + 1)];
		assert_true(c->followed.track > 0);
		assert_false(t->history.tracks[c->followed.track - 1].dropped);
	}
	lr_tally_free(t);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(slopes_are_medians),
		cmocka_unit_test(ties_are_counted), cmocka_unit_test(histories_are_true),
		cmocka_unit_test(points_are_bounded), cmocka_unit_test(kinds_are_told_apart)};
	if (argc > 1)
		each = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
