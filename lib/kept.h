/* Pointers that only the kernel holds: epoll's data, a timer's or a message queue's value, an
 * alternate signal stack, a queued signal's value. What stands in an epoll instance the kernel
 * tells (/proc/self/fdinfo), so only the instances are noted; the rest is noted from the calls.
 * Lock-free, bounded, safe in signal handlers; a scan asks for all of it in the process, just
 * before the copy is made. */
#ifndef LT_KEPT_H
#define LT_KEPT_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/scan.h"

/* Also the id of the scan's word; its number is the registered descriptor's, the timer's, the
 * thread's, the queue's. */
enum lt_kept_kind {
	LT_KEPT_EPOLL = 1,
	LT_KEPT_TIMER,
	LT_KEPT_STACK,
	LT_KEPT_QUEUE,
	LT_KEPT_SIGNAL /* queued.h; number: the signal's */
};

/* Something may have been put into this epoll instance. */
void lt_kept_epoll(int fd);
/* The kernel has this value under a number: a timer's, a thread's, a queue's. 0: no more. */
void lt_kept_set(enum lt_kept_kind kind, uint32_t number, uint64_t value);

/* Writes at most room words; text: so many bytes to read with. Returns how many. Only the calling
 * thread's alternate stack is sure; of others those are told whose thread is there still. */
uint32_t lt_kept_read(struct lt_scan_word *out, uint32_t room, char *text, uint32_t len);

/* The pointers in the text of fdinfo, as whole lines; returns how many bytes were read. Pure. */
uint32_t lt_kept_parse(
	const char *text, uint32_t len, struct lt_scan_word *out, uint32_t *n, uint32_t room);

#endif
