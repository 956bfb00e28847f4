/* Repeated runs, taken together: what any of them has. */
#ifndef LR_TOGETHER_H
#define LR_TOGETHER_H

#include "tools/view/measure.h"

/* Adds to one measure what another one has more of: the most of each count of each row. */
void lr_measure_most(struct lr_measure *to, const struct lr_measure *from);

#endif
