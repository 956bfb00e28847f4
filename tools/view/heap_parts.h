/* Shared by heap.c, heap_holders.c, heap_data.c and heap_threads.c. Not for others. */
#ifndef LR_HEAP_PARTS_H
#define LR_HEAP_PARTS_H

#include "tools/util/map.h"
#include "tools/view/heap.h"

/* While holders are being found. */
struct lr_heap_finding {
	struct lr_heap *h;
	size_t holders_room, passing_room, holds_room;
	struct lr_map holder_of; /* a key of its kind's -> index */
	/* Of the dump's loads, those that were there, by address: */
	const struct lr_load **loads;
	size_t loads_used;
	struct lr_scan_frame *frames; /* by thread and stack pointer */
	/* The last variable that was found, in the process: */
	uint64_t start, end;
	uint32_t last;
};

/* Fills in the holders and their holds, out of the graph's edges from roots and the verdicts. */
void lr_heap_find_holders(struct lr_heap *h);

/* The holder of that kind and key. key: below 2^60. */
uint32_t lr_heap_holder(struct lr_heap_finding *f, uint64_t key, const struct lr_holder *x);

/* heap_data.c. Before the others: the dump's loads, by address. */
void lr_heap_sort_loads(struct lr_heap_finding *f);
/* NULL: none is there. */
const struct lr_load *lr_heap_load_at(const struct lr_heap_finding *f, uint64_t addr);
/* The variable, or else the word, at an address of data. Returns its offset in it. */
uint64_t lr_heap_variable(struct lr_heap_finding *f, uint64_t addr, uint32_t *holder);
/* A thread-local variable, or else the thread's storage. Returns the offset in it. */
uint64_t lr_heap_thread_local(struct lr_heap_finding *f, const struct lr_root_edge *e,
	const struct lr_scan_root *r, uint32_t *holder);

/* heap_threads.c. Before the others: the scan's frames, by place. */
void lr_heap_sort_frames(struct lr_heap_finding *f);
/* NULL unknown. */
const char *lr_heap_thread_name(struct lr_heap_finding *f, uint32_t tid);
/* What is told apart by thread, else by its root; key: a number of the root's own. */
uint32_t lr_heap_of_thread(struct lr_heap_finding *f, enum lr_holder_kind kind, uint32_t tid,
	uint64_t key, uint64_t addr);
/* A frame of a stack, or where frames are not known, the stack. Returns the offset in it. */
uint64_t lr_heap_frame(struct lr_heap_finding *f, const struct lr_root_edge *e,
	const struct lr_scan_root *r, uint32_t *holder);

#endif
