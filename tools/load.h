/* A file becomes part of a model. */
#ifndef LR_LOAD_H
#define LR_LOAD_H

#include "tools/model/model.h"

struct lr_load_options {
	struct lr_selection selection;
	const struct lr_limits *limits;
	const char *marks[2]; /* in place of the selection's, by name: see marks.h; NULL not */
	uint32_t keep_scans;  /* which are kept in full: LR_SCANS_NONE .. */
	void (*progress)(void *ctx, const struct lr_source *s); /* may be NULL */
	void *progress_ctx;
};

/* Returns 0, or -1 with *err set when nothing of the file could be read. What is damaged in parts
 * is added as far as it goes; the dump's status tells. */
int lr_load(struct lr_model *m, const char *path, const struct lr_load_options *opt,
	struct lr_error *err);

#endif
