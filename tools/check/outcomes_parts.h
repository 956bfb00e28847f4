/* Shared by outcomes*.c. Not for others. */
#ifndef LR_OUTCOMES_PARTS_H
#define LR_OUTCOMES_PARTS_H

#include "tools/check/outcomes.h"

/* A copy, last in the list and counted; valid until the next one. */
struct lr_outcome *lr_outcomes_add(struct lr_outcomes *o, struct lr_outcome of);
/* Takes over the text. */
void lr_outcomes_note(struct lr_outcomes *o, char *text);

/* The outcome's next site, for which there is room, with empty frames: so many, or the most. */
struct lr_outcome_site *lr_outcome_site(struct lr_outcome *o, size_t frames);
/* Where a frame is. file, dir: as the compiler recorded them; NULL unknown. */
void lr_outcome_place(struct lr_outcome_frame *f, const struct lr_sources *sources, const char *dir,
	const char *file, unsigned line);
/* Once all frames have their places: the frame that a person means, or the nearest one around it
 * that is in the sources. */
void lr_outcome_point(struct lr_outcome_site *s);
/* Of names alone, never of addresses or lines. */
void lr_outcome_fingerprint(struct lr_outcome_site *s, const struct lr_measured_frame *path);

#endif
