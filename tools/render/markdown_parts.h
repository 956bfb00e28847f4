/* Texts in GitHub's Markdown. Names come from dumps: as code they stand in spans that nothing in
 * them can end, as words they have no mark-up left. */
#ifndef LR_MARKDOWN_PARTS_H
#define LR_MARKDOWN_PARTS_H

#include <stdio.h>
#include "tools/view/changes.h"

void lr_markdown_changes(FILE *f, const struct lr_changes *v);

/* A name, in a line, a cell of a table, or <summary> (html). */
void lr_markdown_code(FILE *f, const char *s);
void lr_markdown_html_code(FILE *f, const char *s);
/* A sentence, in any of them. */
void lr_markdown_words(FILE *f, const char *s);
/* Lines, as they are: a fenced block. */
void lr_markdown_block(FILE *f, const char *lines);

#endif
