/* Shared by model.c and model_frames.c. Not for others. */
#ifndef LR_MODEL_PARTS_H
#define LR_MODEL_PARTS_H

#include "tools/model/model.h"

/* A new array: for each of the tally's nodes its frame's index. Nodes whose parents were never
 * defined, or that are their own ancestors, hang at the root, marked uncertain. */
uint32_t *lr_model_frames(struct lr_model *m, struct lr_tally *tally);

#endif
