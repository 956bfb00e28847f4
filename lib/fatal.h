/* The signals by which programs are ended from outside, and which most leave at their default: a
 * scan is made before the process ends by them. The program is not shown that there is a handler.
 */
#ifndef LT_FATAL_H
#define LT_FATAL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#define LT_FATAL_SIGNALS                                                                           \
	(UINT64_C(1) << (SIGTERM - 1) | UINT64_C(1) << (SIGINT - 1) | UINT64_C(1) << (SIGHUP - 1))

static inline bool lt_is_fatal(int sig)
{
	return sig > 0 && sig <= 64 && (LT_FATAL_SIGNALS >> (sig - 1) & 1);
}

/* Takes those that are at their default, where that is wanted. */
void lt_fatal_start(void);
/* The program has put it at its default: takes it again. */
void lt_fatal_take(int sig);
/* Whether the handler, as the program got it, is ours. */
bool lt_fatal_is_ours(const void *handler);

#endif
