/* Values of signals that the program has sent to itself and that wait to be delivered: the kernel
 * alone has them, and tells which signals wait, not with what. So the last values that were sent
 * are noted, and those whose signal waits count: never too few of the latest, at times some more.
 * Lock-free, bounded, safe in signal handlers. */
#ifndef LT_QUEUED_H
#define LT_QUEUED_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/scan.h"

enum { LT_QUEUED_MAX = 512 };

/* Before a signal is sent with this value; thread: to one of its threads, else to the process. */
void lt_queued_sent(int signo, uint64_t value, bool thread);

/* As lt_kept_read, which calls it: behind the first n words. Forgets what waits no more. */
uint32_t lt_queued_read(
	struct lt_scan_word *out, uint32_t n, uint32_t room, char *text, uint32_t len);

#endif
