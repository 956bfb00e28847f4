/* Findings and leaks, for people. */
#ifndef LR_TEXT_LEAKS_H
#define LR_TEXT_LEAKS_H

#include "tools/render/text_parts.h"

void lr_text_findings(struct lr_out *o, const struct lr_findings *f);
/* Which scan of each dump is shown. */
void lr_text_leak_scans(struct lr_out *o, const struct lr_leaks *l);
/* The sums by class; brief: only those that are not 0. */
void lr_text_leak_sums(struct lr_out *o, const struct lr_leaks *l, bool brief);
/* The rows; the first ones are left out where they have been shown as findings. */
void lr_text_leak_rows(struct lr_out *o, const struct lr_leaks *l, bool told);

#endif
