/* What the text renderers share. Not for others. */
#ifndef LR_TEXT_PARTS_H
#define LR_TEXT_PARTS_H

#include "tools/render/render.h"

/* Where to print, and the colours: empty texts when there are none. */
struct lr_out {
	FILE *f;
	const char *bold, *dim, *warn, *off;
};

/* The name of a number, in a column. */
void lr_text_label(struct lr_out *o, const char *text);
/* A stack's lines; the first one where the cursor is, the others indented. */
void lr_text_stack(struct lr_out *o, const struct lr_line *lines, size_t n, size_t cut, int indent);

/* Parts of a report. */
void lr_text_why(struct lr_out *o, const struct lr_why *w);
void lr_text_holders(struct lr_out *o, const struct lr_holders_view *v);
/* In few lines. */
void lr_text_top_holders(struct lr_out *o, const struct lr_holders_view *v);
void lr_text_growth(struct lr_out *o, const struct lr_growth_view *v);
/* Nothing, where no dump has two scans. */
void lr_text_unreachable(struct lr_out *o, const struct lr_unreachable *u);
void lr_text_changes(struct lr_out *o, const struct lr_changes *v);
void lr_text_diff(struct lr_out *o, const struct lr_diff *d);
void lr_text_regions(struct lr_out *o, const struct lr_regions_view *v);
void lr_text_resources(struct lr_out *o, const struct lr_resources_view *v);
/* Nothing, where none was opened or released between two moments. */
void lr_text_resource_changes(struct lr_out *o, const struct lr_resources_view *v);
void lr_text_check(struct lr_out *o, const struct lr_check *c, bool brief);
void lr_text_errors(struct lr_out *o, const struct lr_errors *e);
void lr_text_rules(struct lr_out *o, const struct lr_rules *rules);
/* A section, if there is something to tell. */
void lr_text_suppressions(struct lr_out *o, const struct lr_rules *rules, bool given);

#endif
