/* What the renderers of outcomes share: TAP, JUnit, SARIF, annotations, Markdown. Not for others.
 */
#ifndef LR_VERDICT_PARTS_H
#define LR_VERDICT_PARTS_H

#include <stdio.h>
#include "tools/check/outcomes.h"
#include "tools/render/render.h"

#define LR_OUTCOMES_LAY(name, text) void lr_lay_##name(FILE *f, const struct lr_outcomes *o);
LR_OUTCOME_FORMATS(LR_OUTCOMES_LAY)

/* A text that is printed into, and then escaped as a whole. */
struct lr_page {
	FILE *f;
	char *text;
	size_t size;
};
void lr_page_begin(struct lr_page *p);
/* Closes it; the text is the caller's to free. */
char *lr_page_end(struct lr_page *p);

/* For people, in several lines: the sites that account for an outcome, each with its call path. No
 * character acts; lines end with a newline. most: sites that are told. */
void lr_put_sites(FILE *f, const struct lr_outcome *x, size_t most, const char *indent);
/* Only the call path. */
void lr_put_path(FILE *f, const struct lr_outcome_site *s, const char *indent);
/* "parse_hdr (src/hdr.c:12)" */
void lr_put_frame(FILE *f, const struct lr_outcome_frame *at);
/* What else is to be said of a rule: that it varies, that it could be tighter, why it is there. A
 * line for each. */
void lr_put_remarks(FILE *f, const struct lr_outcome *x, const char *indent);

#endif
