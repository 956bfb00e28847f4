/* The statistics behind trend.c, each by itself. Values at equal distances. */
#ifndef LR_TREND_STATS_H
#define LR_TREND_STATS_H

#include <stddef.h>

enum { LR_STATS_MAX = 96 };

/* Theil-Sen: the median of the slopes between all pairs, per step, and Sen's 95% interval for it.
 * 2 <= n <= LR_STATS_MAX. */
void lr_theil_sen(const double *y, size_t n, double *slope, double *low, double *high);

/* Mann-Kendall, one-sided: the probability that what has no trend shows less of one; its variance
 * enlarged for autocorrelation, after Hamed and Rao. slope: as found by lr_theil_sen. */
double lr_mann_kendall(const double *y, size_t n, double slope);

#endif
