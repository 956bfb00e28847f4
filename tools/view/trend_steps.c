#include "tools/view/trend_steps.h"

#include <math.h>

enum { STEPS_MAX = 64, GAPS_LEAST = 3, BLOCKS_MOST = 4 };
static const double FACTOR_LEAST = 1.2; /* of a step */
static const double UNEVEN = 1.6;       /* gaps are alike within this factor */

struct step {
	double x, factor; /* log2 of how many times larger */
	double before;    /* bytes */
};

/* Steps of the floor, last one first. */
static size_t find_steps(const struct lr_trend_values *v, struct step *steps)
{
	size_t n = 0;
	double above = v->used ? v->low[v->used - 1] : 0; /* the floor behind i */
	for (size_t i = v->used; i-- > 1 && n < STEPS_MAX;) {
		double at = v->low[i - 1] < above ? v->low[i - 1] : above;
		if (at <= 0)
			break;
		if (above < at * FACTOR_LEAST)
			continue;
		/* Several rises within few intervals are one. */
		steps[n++] =
			(struct step){.x = v->x[i - 1], .factor = log2(above / at), .before = at};
		above = at;
	}
	return n;
}

/* How many gaps, from the last one back, are alike; first is the one after the last step, which
 * may be shorter. log: distances are those of the logarithms. */
static size_t regular(const struct step *steps, size_t n, double end, bool log, double *gap)
{
	size_t count = 0;
	double all = 0;
	for (size_t i = 0; i + 1 < n; i++) {
		double by = log ? log2(steps[i].x / steps[i + 1].x) : steps[i].x - steps[i + 1].x;
		/* An array's room and what it holds grow alike. */
		double alike = log ? steps[i + 1].factor : all / (double)(count ? count : 1);
		if (steps[i + 1].x <= 0 || by <= 0)
			break;
		if ((log || count) && (by > alike * UNEVEN || by < alike / UNEVEN))
			break;
		all += by;
		count++;
	}
	if (count == 0)
		return 0;
	*gap = all / (double)count;
	double since = log ? log2(end / steps[0].x) : end - steps[0].x;
	double longest = log && steps[0].factor > *gap ? steps[0].factor : *gap;
	return since <= longest * 1.25 ? count : 0;
}

bool lr_trend_steps(
	const struct lr_trend_values *v, const struct lr_trend_settings *s, struct lr_trend *out)
{
	struct step steps[STEPS_MAX];
	double end = v->used ? v->x[v->used - 1] : 0, gap_log = 0, gap = 0;
	if (v->used < 2 || v->blocks[v->used - 1] > BLOCKS_MOST || v->low[v->used - 1] < s->least)
		return false;
	size_t n = find_steps(v, steps);
	size_t by_log = n > GAPS_LEAST ? regular(steps, n, end, true, &gap_log) : 0;
	size_t by_x = n > GAPS_LEAST + 2 ? regular(steps, n, end, false, &gap) : 0;
	size_t gaps = by_log > by_x ? by_log : by_x;
	if (gaps < (by_log >= by_x ? GAPS_LEAST : GAPS_LEAST + 2))
		return false;
	const struct step *first = &steps[gaps];
	out->by_block = true;
	out->grown = v->low[v->used - 1] - first->before;
	out->from = first->x;
	out->confidence = 1 - pow(4, -(double)(gaps + 1));
	out->slope = out->grown / (end - first->x);
	out->slope_low = out->slope_high = out->slope;
	return out->grown >= s->least;
}
