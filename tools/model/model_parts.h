/* Shared by model.c, model_frames.c and model_resources.c. Not for others. */
#ifndef LR_MODEL_PARTS_H
#define LR_MODEL_PARTS_H

#include "tools/model/model.h"

/* A new array: for each of the tally's nodes its frame's index. Nodes whose parents were never
 * defined, or that are their own ancestors, hang at the root, marked uncertain. */
uint32_t *lr_model_frames(struct lr_model *m, struct lr_tally *tally);

/* Frame of a site of the tally; *known tells whether its stack was defined. */
uint32_t lr_model_frame_of(
	const struct lr_tally *t, const uint32_t *frames, uint32_t site, bool *known);

/* The tally's resources, into the model and into its dump, which takes over what it can. */
void lr_model_resources(struct lr_model *m, struct lr_dump *d, struct lr_tally *t,
	const uint32_t *frames, uint32_t first_thread);
void lr_model_resources_free(struct lr_dump *d);

/* The regions of the tally, whose dump is to be the model's next one. A new array: for each of its
 * paths the region's index plus 1. */
uint32_t *lr_model_regions(
	struct lr_model *m, const char *program, const struct lr_tally *t, uint32_t first_thread);
void lr_model_regions_free(struct lr_model *m);
/* Marks, and what did not go together. */
void lr_model_marks(struct lr_dump *d, const struct lr_tally *t);
void lr_model_marks_free(struct lr_dump *d);

#endif
