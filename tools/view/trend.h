/* Whether what a site holds goes on growing. Pure: numbers in, numbers out; doc/FINDINGS.md has the
 * method and its sources (growth.unbounded).
 *
 * Only the least in each interval counts, so what comes and goes is not seen. The run is cut into
 * windows of equal width; after the start-up, what the windows held at least must rise
 * (Mann-Kendall, corrected for autocorrelation), by enough (Theil-Sen), again and again up to the
 * end (the floor: what it never fell below again), and not ever more slowly. */
#ifndef LR_TREND_H
#define LR_TREND_H

#include <stdbool.h>
#include <stddef.h>

enum { LR_TREND_WINDOWS = 96, LR_TREND_WINDOWS_LEAST = 24 };

/* name, in JSON and text, in words */
#define LR_TRENDS(X)                                                                               \
	X(STEADY, "steady", "never held much more than at first")                                  \
	X(RETURNED, "returned", "what it took came back")                                          \
	X(ENDED, "ended", "grew, and does not any more")                                           \
	X(SLOWING, "slowing", "grows ever more slowly")                                            \
	X(UNSURE, "unsure", "grew, but too briefly or unevenly to tell")                           \
	X(PAUSED, "paused", "grew until the program allocated no more")                            \
	X(GROWING, "growing", "grows without end")
#define LR_TREND_ENUM(name, word, text) LR_TREND_##name,
enum lr_trend_kind { LR_TRENDS(LR_TREND_ENUM) LR_TREND_COUNT };
extern const char *const lr_trend_words[LR_TREND_COUNT];
extern const char *const lr_trend_texts[LR_TREND_COUNT];

enum { LR_TREND_LARGE = 1 << 20 };
struct lr_trend_settings {
	double least;      /* bytes: less is no growth */
	double confidence; /* 0 to 1: less is no verdict */
	double large;      /* bytes: so much growth counts however few events there were */
	size_t rest;       /* windows: twice as many without a rise may be chance, at the least */
};

/* Values along one abscissa: low[i] is the least between x[i - 1] and x[i]. x does not decrease. */
struct lr_trend_values {
	const double *x, *low;
	const double *blocks; /* at x[i] */
	size_t used;
};

struct lr_trend {
	enum lr_trend_kind kind;
	bool by_block;                       /* blocks that get larger, not more blocks */
	double confidence;                   /* that it rises, 0 to 1 */
	double slope, slope_low, slope_high; /* bytes per unit of x; 95% of it */
	double grown;                        /* bytes, from the settled part's beginning on */
	double from;                         /* x where the settled part begins */
};

void lr_trend_of(
	const struct lr_trend_values *v, const struct lr_trend_settings *s, struct lr_trend *out);

#endif
