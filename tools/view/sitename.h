/* A site in one line: where a person would say that the block was made. */
#ifndef LR_SITENAME_H
#define LR_SITENAME_H

#include "tools/view/table.h"

/* The function only passes its call on to malloc: xmalloc, operator new, strdup .. */
bool lr_passes_on(const char *function);

/* The frame of a site's stack that a person means: the innermost that does not only pass the call
 * on to malloc (xmalloc, operator new, strdup ..); the innermost where all do. 0 for 0. */
uint32_t lr_site_frame(const struct lr_model *m, struct lr_names *names, uint32_t site);

/* How many of the lines of such a frame only pass the call on: inlined functions in front of the
 * one that a person means. */
size_t lr_site_lines_before(const struct lr_line *lines, size_t n);

/* Whether a pattern means a site: a glob that its frame's function (inlined ones too) matches, or
 * FILE or FILE:LINE. anywhere: any frame of its stack. */
bool lr_site_matches(const struct lr_model *m, struct lr_names *names, uint32_t site,
	const char *pattern, bool anywhere);

#endif
