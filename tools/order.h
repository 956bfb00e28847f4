/* The threads' runs merged into one order.
 *
 * A numbered event is applied when its number is the next of its address's region; until then its
 * thread waits, with everything behind it. Unnumbered events keep their thread's order, and those
 * of the first thread, from before there was a second, come before every numbered event of the
 * others.
 *
 * A number that is found nowhere is skipped and counted, at the end of the input or when too much
 * waits. */
#ifndef LR_ORDER_H
#define LR_ORDER_H

#include <stdint.h>
#include "tools/source.h"

struct lr_order;

struct lr_order_sink {
	/* Index of a thread, by the dump's id. Small and dense. */
	uint32_t (*thread)(void *ctx, uint32_t id);
	/* NODE and BLOB events, as soon as they are seen. time: the thread's, in microseconds. */
	void (*define)(void *ctx, uint32_t thread, const struct ltf_event *ev, uint64_t time);
	/* All other events of blocks and of time, in order: n of one thread. TIME: its time is
	 * size. Fields that the tag does not use are not set. */
	void (*apply)(void *ctx, uint32_t thread, const struct ltf_plain *ev, uint32_t n);
	/* RES events, in the same order. */
	void (*resource)(void *ctx, uint32_t thread, const struct ltf_event *ev);
	void *ctx;
};

struct lr_order_status {
	uint64_t gaps;         /* numbers that never came */
	uint64_t disordered;   /* events applied after a higher number of their region */
	uint64_t withdrawn;    /* numbers that were given back */
	uint64_t most_waiting; /* events */
};

struct lr_order *lr_order_new(const struct lr_order_sink *sink, size_t pending_max);
void lr_order_free(struct lr_order *o);
void lr_order_run(struct lr_order *o, struct lr_run *run);
/* No more runs: applies what waits. */
void lr_order_finish(struct lr_order *o);
const struct lr_order_status *lr_order_status(const struct lr_order *o);

#endif
