/* Shared by sarif*.c. Not for others. */
#ifndef LR_SARIF_PARTS_H
#define LR_SARIF_PARTS_H

#include "tools/render/json_parts.h"
#include "tools/render/verdict_parts.h"

/* {"text": ..}: lines of ours, names within them harmless already. */
json_t *lr_sarif_message(const char *text);
/* The same of one line, whatever is in it. */
json_t *lr_sarif_words(const char *text);
json_t *lr_sarif_name(const char *name);
/* A place in the sources, with the function; where is known, else what can stand for it: the
 * budget, the file elsewhere, the program. Never NULL: readers refuse results without a place. */
json_t *lr_sarif_location(const struct lr_outcomes *o, const struct lr_outcome_frame *at);
/* The call path. */
json_t *lr_sarif_stacks(const struct lr_outcome_site *s);
/* The same, outermost first, of the frames that are in the sources; NULL: fewer than two. */
json_t *lr_sarif_flows(const struct lr_outcome_site *s);

#endif
