/* Shared by changes*.c. Not for others. */
#ifndef LR_CHANGES_PARTS_H
#define LR_CHANGES_PARTS_H

#include "tools/view/changes.h"
#include "tools/view/measure_parts.h"

/* How many lines of a path from f on are shown, and how many are not. */
void lr_changes_path(const struct lr_measured_frame *f, size_t max, size_t *used, size_t *left_out);
void lr_changes_branches(struct lr_changes *v, const struct lr_query *q);
void lr_changes_notes(struct lr_changes *v);

#endif
