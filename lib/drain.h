/* From the ring to the stream. Whoever finds the ring full drains; one thread at a time, nobody
 * waits for it, and one that never comes back is replaced. */
#ifndef LT_DRAIN_H
#define LT_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

struct lt_thread;

/* Drains what every block holds so far. False: another thread is at it, or tracing has stopped. To
 * be called with signals blocked, on a stack of ours. */
bool lt_drain(void);

/* Sleeps until the thread that drains has made blocks free, some milliseconds at the most. */
void lt_drain_wait(void);

/* Waits (bounded) for its turn and drains; when last is set, writes the finish record and lets
 * nobody drain again. False: another thread is still at it, or the disk said no; the ring holds the
 * rest. */
bool lt_drain_all(bool last);

/* Waits (bounded) for its turn, drains, and calls then(arg) while nobody else can drain. False: it
 * was not called. */
bool lt_drain_for(void (*then)(void *), void *arg);
/* At the end of a process of which nothing has been drained: judges what is live and leaves the
 * events in the ring. Nobody drains again. False: it cannot be done. */
bool lt_drain_none(void);

/* Maps the drainer's buffers, untouched, while there is memory for them: a program that runs out of
 * it is drained all the same. */
void lt_drain_prepare(void);

/* Records what a drainer would note of the process, where nothing is drained. */
void lt_drain_note(struct lt_thread *t);

/* Before a fork: brings the live set up to date and keeps others from draining, until after it, in
 * the parent. The child then has its parent's blocks. */
void lt_drain_before_fork(void);
void lt_drain_after_fork(void);

/* Events are missed, or were until now: what is known to be live may not be any more, and other
 * blocks may be. */
void lt_drain_gap(void);

/* In a forked child: forgets the parent's state. */
void lt_drain_reset(void);

#endif
