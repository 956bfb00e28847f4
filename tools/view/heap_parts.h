/* Shared by heap.c and heap_holders.c. Not for others. */
#ifndef LR_HEAP_PARTS_H
#define LR_HEAP_PARTS_H

#include "tools/view/heap.h"

/* Fills in the holders and their holds, out of the graph's edges from roots and the verdicts. */
void lr_heap_find_holders(struct lr_heap *h);

#endif
