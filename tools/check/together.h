/* Repeated runs, taken together: what any of them has. */
#ifndef LR_TOGETHER_H
#define LR_TOGETHER_H

#include "tools/view/measure.h"

/* A new measure with what any of the runs has, the most of each count of each row. */
struct lr_measure *lr_measure_together(struct lr_measure *const *runs, size_t count);

/* Whether there are several, and a site of which blocks were lost in one of them alone: then the
 * next run may well lose some at a site that none of these did. */
bool lr_measure_leaks_vary(struct lr_measure *const *runs, size_t count);

#endif
