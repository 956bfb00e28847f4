/* The coarse monotonic clock, read from the vDSO without libc (whose function another preload may
 * have taken over) and without a system call. */
#ifndef LT_CLOCK_H
#define LT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include "lib/own.h"

/* Finds the vDSO's function. Called once, before the first hook that records. */
void lt_clock_init(void);
typedef int lt_clock_fn(clockid_t, struct timespec *);
extern LT_OWN lt_clock_fn *lt_clock_now;

/* Nanoseconds of a clock. */
static inline uint64_t lt_clock_ns(clockid_t clock)
{
	struct timespec ts;
	lt_clock_now(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Of CLOCK_MONOTONIC_COARSE; the resolution is the kernel's tick (1 to 10 ms). */
static inline uint64_t lt_clock_mono(void)
{
	return lt_clock_ns(CLOCK_MONOTONIC_COARSE);
}

/* For waits that must end: true once ms milliseconds have passed since *start, which begins at 0.
 */
static inline bool lt_clock_over(uint64_t *start, unsigned ms)
{
	uint64_t now = lt_clock_mono();
	if (!*start)
		*start = now;
	return now - *start > ms * UINT64_C(1000000);
}
/* Nanoseconds since the epoch. */
uint64_t lt_clock_real(void);

#endif
