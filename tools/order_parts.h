/* Shared by order.c (the merge) and order_stall.c (when nothing goes on). Not for others. */
#ifndef LR_ORDER_PARTS_H
#define LR_ORDER_PARTS_H

#include "format/ring.h"
#include "tools/order.h"
#include "tools/util/map.h"

/* What is left of a run. TIME: size is the time. RES: size is a struct ltf_event of its own. */
struct lr_waiting_run {
	struct lr_waiting_run *next;
	uint64_t block;
	uint32_t first, used, at;
	struct ltf_plain events[];
};

/* Threads that wait for the same number are chained. */
struct lr_lane {
	struct lr_waiting_run *head; /* by block and first word */
	uint64_t wait_key;
	uint64_t time;            /* microseconds, as of the last event read */
	uint32_t next_waiter, id; /* index of a lane plus 1, 0 none */
	bool waits, ready;
};

enum { LR_GATE = LTF_REGION_COUNT }; /* the "region" that stands for the first thread's start */

struct lr_order {
	struct lr_order_sink sink;
	struct lr_order_status status;
	uint32_t expected[LTF_REGION_COUNT];
	uint32_t waiting_in[LTF_REGION_COUNT + 1]; /* lanes */
	struct lr_map waiters;                     /* key -> lane + 1 */
	struct lr_lane *lanes;
	size_t lanes_used, lanes_room;
	uint32_t *ready; /* lanes that may go on */
	size_t ready_used, ready_room;
	size_t pending, pending_max;
	struct lr_map withdrawn; /* keys that are not passed yet */
	uint32_t withdrawn_in[LTF_REGION_COUNT];
	bool gate_open;
};

static inline uint64_t lr_wait_key(uint32_t region, uint32_t number)
{
	return (uint64_t)region << 32 | number;
}

/* The next number of the region, or the first behind it that is not withdrawn; who waits for it may
 * go on. */
void lr_order_expect(struct lr_order *o, uint32_t region, uint32_t number);
/* Lanes that waited for exactly this may go on. */
void lr_order_wake(struct lr_order *o, uint32_t region, uint32_t number);
/* Applies everything that can be. */
void lr_order_go_on(struct lr_order *o);
void lr_order_open_gate(struct lr_order *o);
/* Nothing goes on: passes over numbers that are missing until no more than target events wait. */
void lr_order_stall(struct lr_order *o, size_t target);

#endif
