#include "tools/view/trend.h"

#include <math.h>
#include <string.h>
#include "tools/view/trend_stats.h"

#define TREND_WORD(name, word, text) word,
#define TREND_TEXT(name, word, text) text,
const char *const lr_trend_words[LR_TREND_COUNT] = {LR_TRENDS(TREND_WORD)};
const char *const lr_trend_texts[LR_TREND_COUNT] = {LR_TRENDS(TREND_TEXT)};

enum { GROUPS = 6, AROUND = 6 };
static const double BREAK = 4;
static const double CONFIDENT_IN_NOISE = 0.999;

/* The run in windows of equal width. */
struct windows {
	double low[LR_TREND_WINDOWS];
	double floor[LR_TREND_WINDOWS]; /* the least from here to the end */
	size_t used;
	double most;  /* of low */
	double first; /* x where the first begins */
	double width;
};

/* What the rises of the floor tell, in windows from the settled part's beginning. */
struct rises {
	size_t longest; /* way from one to the next */
	size_t since;   /* the last one */
	double largest;
};

static double least(double a, double b)
{
	return a < b ? a : b;
}

static size_t distinct(const struct lr_trend_values *v)
{
	size_t n = 0;
	for (size_t i = 0; i < v->used; i++)
		n += i == 0 || v->x[i] > v->x[i - 1];
	return n;
}

/* Each window has the least of all intervals that reach into it. */
static void make_windows(const struct lr_trend_values *v, struct windows *w)
{
	size_t lo = 0, n = distinct(v);
	double end = v->used ? v->x[v->used - 1] : 0;
	w->used = n < LR_TREND_WINDOWS ? n : LR_TREND_WINDOWS;
	w->width = w->used ? end / (double)w->used : 0;
	w->most = 0;
	for (size_t k = 0; k < w->used; k++) {
		double begin = w->width * (double)k;
		double stop = k + 1 < w->used ? begin + w->width : end;
		while (k > 0 && lo + 1 < v->used && v->x[lo] <= begin)
			lo++;
		w->low[k] = v->low[lo];
		bool last = k + 1 == w->used;
		for (size_t i = lo + 1; i < v->used && (last || v->x[i - 1] < stop); i++)
			w->low[k] = least(w->low[k], v->low[i]);
		w->most = w->most > w->low[k] ? w->most : w->low[k];
	}
	for (size_t k = w->used; k-- > 0;)
		w->floor[k] = k + 1 < w->used ? least(w->low[k], w->floor[k + 1]) : w->low[k];
}

static double least_of(const double *y, size_t n)
{
	double v = y[0];
	for (size_t i = 1; i < n; i++)
		v = least(v, y[i]);
	return v;
}

static double most_of(const double *y, size_t n)
{
	double v = 0;
	for (size_t i = 0; i < n; i++)
		v = v > y[i] ? v : y[i];
	return v;
}

static double most_fall(const double *y, size_t n)
{
	double most = y[0], fall = 0;
	for (size_t i = 1; i < n; i++) {
		most = most > y[i] ? most : y[i];
		fall = fall > most - y[i] ? fall : most - y[i];
	}
	return fall;
}

static struct rises find_rises(const double *floor, size_t n)
{
	struct rises r = {0};
	double enough = (floor[n - 1] - floor[0]) / (double)n / 4;
	size_t last = 0;
	for (size_t i = 1; i < n; i++) {
		double by = floor[i] - floor[i - 1];
		if (by <= enough)
			continue;
		r.longest = r.longest > i - last ? r.longest : i - last;
		r.largest = r.largest > by ? r.largest : by;
		last = i;
	}
	r.since = n - 1 - last;
	return r;
}

/* How much more the second half of the stretch of 2 * half windows before end held than the first.
 */
static double rise_before(const double *low, size_t end, size_t half)
{
	return least_of(low + end - half, half) - least_of(low + end - 2 * half, half);
}

/* Before the end it has risen by far less than in any stretch of that length before: for stretches
 * in which it otherwise rose at least once or twice. */
static bool has_ended(const double *low, size_t n, size_t half, double slope)
{
	for (; 4 * half <= n; half += half / 2) {
		double rose = rise_before(low, n, half), slowest = slope * (double)half * 0.6;
		for (size_t end = 2 * half; end + half <= n; end++)
			slowest = least(slowest, rise_before(low, end, half));
		if (rose < 0.5 * slowest || (slowest <= 0 && rose < slowest))
			return true;
	}
	return false;
}

/* The second half has less than so much of the first half's growth, by more than the largest single
 * rise explains. */
static bool is_slowing(const double *low, size_t n, double largest)
{
	size_t g = n / GROUPS;
	double at[GROUPS];
	for (size_t i = 0; i < GROUPS; i++)
		at[i] = least_of(low + n - (GROUPS - i) * g, g);
	double early = at[GROUPS / 2 - 1] - at[0], late = at[GROUPS - 1] - at[GROUPS / 2];
	return late < 0.6 * early && early - late > 2 * largest;
}

static double median_of(const double *y, size_t n)
{
	double sorted[LR_TREND_WINDOWS];
	for (size_t i = 0; i < n; i++) {
		size_t k = i;
		for (; k > 0 && sorted[k - 1] > y[i]; k--)
			sorted[k] = sorted[k - 1];
		sorted[k] = y[i];
	}
	return sorted[n / 2];
}

/* Noise hides the single rises, but each quarter lies above the one before as far as it should. */
static bool rises_in_noise(const double *low, size_t n, double slope)
{
	size_t q = n / 4, falls = 0;
	for (size_t i = 1; i < n; i++)
		falls += low[i] < low[i - 1];
	if (falls < n / 5)
		return false;
	for (size_t i = 1; i < 4; i++)
		if (median_of(low + i * q, q) - median_of(low + (i - 1) * q, q) <
			0.4 * slope * (double)q)
			return false;
	return true;
}

/* What came before is not growth to be told of: which kind is it? */
static enum lr_trend_kind no_growth(
	const struct windows *w, size_t begin, const struct lr_trend_settings *s)
{
	double left = w->floor[w->used - 1];
	if (left - w->floor[0] >= s->least && left >= w->most / 2)
		return w->floor[begin] - w->floor[0] >= s->least ? LR_TREND_ENDED : LR_TREND_UNSURE;
	return w->most - left >= s->least ? LR_TREND_RETURNED : LR_TREND_STEADY;
}

static enum lr_trend_kind judge(const struct windows *w, size_t begin,
	const struct lr_trend_settings *s, struct lr_trend *out)
{
	const double *low = w->low + begin, *floor = w->floor + begin;
	size_t n = w->used - begin;
	double slope, lowest, highest;
	if (n < LR_TREND_WINDOWS_LEAST / 2 || floor[n - 1] - floor[0] < s->least)
		return no_growth(w, begin, s);
	lr_theil_sen(low, n, &slope, &lowest, &highest);
	struct rises r = find_rises(floor, n);
	size_t often = r.longest > s->rest ? r.longest : s->rest + !s->rest;
	out->grown = floor[n - 1] - floor[0];
	out->from = w->width * (double)begin;
	out->slope = slope / w->width;
	out->slope_low = lowest / w->width;
	out->slope_high = highest / w->width;
	out->confidence = lr_mann_kendall(low, n, slope);
	if (slope * (double)n < s->least)
		return no_growth(w, begin, s);
	if (4 * r.longest > n &&
		(out->confidence < CONFIDENT_IN_NOISE || !rises_in_noise(low, n, slope)))
		return most_fall(low, n) >= s->least ? LR_TREND_RETURNED : LR_TREND_UNSURE;
	if (r.since > often + often / 2 + 1 || has_ended(low, n, often, slope))
		return LR_TREND_ENDED;
	if (is_slowing(low, n, r.largest))
		return LR_TREND_SLOWING;
	return out->confidence < s->confidence ? LR_TREND_UNSURE : LR_TREND_GROWING;
}

/* Where a start-up ended after the first third: the window from which on it grew at a fraction of
 * the rate. 0 when there is no such break, as where one smooth curve flattens. */
static size_t find_break(const struct windows *w)
{
	const double *floor = w->floor;
	double sharpest = BREAK;
	size_t at = 0;
	for (size_t i = w->used / 3; i < w->used / 4 * 3; i++) {
		double before = floor[i] - floor[i - AROUND], after = floor[i + AROUND] - floor[i];
		if (before <= 0 || before < sharpest * after)
			continue;
		sharpest = after > 0 ? before / after : INFINITY;
		at = i;
	}
	return at;
}

/* In the end it holds more than ever before, by much of what it grew by. */
static bool is_new_high(const struct windows *w, size_t begin)
{
	double now = w->low[w->used - 1];
	return now >= most_of(w->low, begin) + 0.3 * (now - w->floor[begin]);
}

void lr_trend_of(
	const struct lr_trend_values *v, const struct lr_trend_settings *s, struct lr_trend *out)
{
	struct windows w;
	*out = (struct lr_trend){.kind = LR_TREND_UNSURE};
	make_windows(v, &w);
	if (w.used < LR_TREND_WINDOWS_LEAST)
		return;
	out->kind = judge(&w, w.used / 3, s, out);
	size_t begin = out->kind == LR_TREND_GROWING ? 0 : find_break(&w);
	if (begin && is_new_high(&w, begin)) {
		struct lr_trend again = {0};
		again.kind = judge(&w, begin, s, &again);
		if (again.kind == LR_TREND_GROWING)
			*out = again;
	}
}
