/* Findings and leaks, for programs. */
#ifndef LR_JSON_LEAKS_H
#define LR_JSON_LEAKS_H

#include "tools/render/json_parts.h"

json_t *lr_json_findings(const struct lr_findings *f);
/* rows: with those, not only the sums. */
json_t *lr_json_leaks(const struct lr_leaks *l, bool rows);

#endif
