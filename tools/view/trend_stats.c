#include "tools/view/trend_stats.h"

#include <math.h>
#include <stdlib.h>

static int by_number(const void *pa, const void *pb)
{
	double a = *(const double *)pa, b = *(const double *)pb;
	return a < b ? -1 : a > b;
}

/* S, and its variance with ties, when there is no autocorrelation. */
static double kendall_s(const double *y, size_t n, double *variance)
{
	double sorted[LR_STATS_MAX], s = 0, ties = 0;
	for (size_t i = 0; i < n; i++) {
		sorted[i] = y[i];
		for (size_t k = i + 1; k < n; k++)
			s += (y[k] > y[i]) - (y[k] < y[i]);
	}
	qsort(sorted, n, sizeof(*sorted), by_number);
	for (size_t i = 0, t; i < n; i += t) {
		for (t = 1; i + t < n && sorted[i + t] <= sorted[i]; t++)
			;
		ties += (double)t * ((double)t - 1) * (2 * (double)t + 5);
	}
	double d = (double)n;
	*variance = (d * (d - 1) * (2 * d + 5) - ties) / 18;
	return s;
}

void lr_theil_sen(const double *y, size_t n, double *slope, double *low, double *high)
{
	static const double z = 1.96;
	double slopes[LR_STATS_MAX * (LR_STATS_MAX - 1) / 2], variance;
	size_t used = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			slopes[used++] = (y[k] - y[i]) / (double)(k - i);
	qsort(slopes, used, sizeof(*slopes), by_number);
	*slope = used % 2 ? slopes[used / 2] : (slopes[used / 2 - 1] + slopes[used / 2]) / 2;
	kendall_s(y, n, &variance);
	double c = z * sqrt(variance > 0 ? variance : 0), middle = (double)used / 2;
	double lo = middle - c / 2, hi = middle + c / 2;
	*low = slopes[lo > 0 ? (size_t)lo : 0];
	*high = slopes[hi < (double)used - 1 ? (size_t)hi : used - 1];
}

/* Ranks from 1; equal values share theirs. */
static void rank(const double *y, size_t n, double *ranks)
{
	for (size_t i = 0; i < n; i++) {
		ranks[i] = 0.5;
		for (size_t k = 0; k < n; k++)
			ranks[i] += y[k] < y[i] ? 1 : y[k] > y[i] ? 0 : 0.5;
	}
}

/* How many times larger the variance of S is for the autocorrelation of the ranks of what is left
 * when the trend is taken off. Lags up to a quarter of n that are significant; never below 1. */
static double enlarged(const double *y, size_t n, double slope)
{
	double rest[LR_STATS_MAX], ranks[LR_STATS_MAX], all = 0, sum = 0, d = (double)n;
	for (size_t i = 0; i < n; i++)
		rest[i] = y[i] - slope * (double)i;
	rank(rest, n, ranks);
	for (size_t i = 0; i < n; i++) {
		ranks[i] -= (d + 1) / 2;
		all += ranks[i] * ranks[i];
	}
	if (all <= 0)
		return 1;
	for (size_t lag = 1; lag <= n / 4; lag++) {
		double at = 0, l = (double)lag;
		for (size_t i = 0; i + lag < n; i++)
			at += ranks[i] * ranks[i + lag];
		at /= all;
		if (fabs(at) > 1.96 / sqrt(d))
			sum += (d - l) * (d - l - 1) * (d - l - 2) * at;
	}
	double times = 1 + 2 / (d * (d - 1) * (d - 2)) * sum;
	return times > 1 ? times : 1;
}

double lr_mann_kendall(const double *y, size_t n, double slope)
{
	double variance, s = kendall_s(y, n, &variance);
	if (variance <= 0 || n < 4)
		return 0.5;
	double z = (s - (s > 0) + (s < 0)) / sqrt(variance * enlarged(y, n, slope));
	return 0.5 * erfc(-z / sqrt(2));
}
