/* Releases that are wrong, as findings: free.double, free.unknown, free.mismatch. */
#ifndef LR_WRONG_VIEW_H
#define LR_WRONG_VIEW_H

#include "tools/view/names.h"

struct lr_wrong_view {
	const char *name;     /* free.double .. */
	const char *severity; /* error, warning */
	const struct lr_wrong *wrong;
	uint32_t frame; /* the site to show: of the release where it is known, else of the block */
	char *evidence; /* a sentence */
	const char *next; /* what to do */
};

/* In the order of the model; *count of them, to be freed by lr_wrong_views_free. Those that may be
 * right after all are left out. */
struct lr_wrong_view *lr_wrong_views(
	const struct lr_model *m, struct lr_names *names, size_t *count);
void lr_wrong_views_free(struct lr_wrong_view *v, size_t count);

#endif
