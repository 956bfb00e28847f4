/* Which regions a pattern means. A region is known by its path, "outer/inner". */
#ifndef LR_REGION_NAMES_H
#define LR_REGION_NAMES_H

#include <stdbool.h>

/* A glob means a region by its own name, or by those of some regions around it and its own
 * ("file/parse"). around: true also of regions that lie within one that it means; so all that was
 * allocated in what a pattern means is what was allocated in the regions for which this is true,
 * each once. */
bool lr_region_matches(const char *path, const char *pattern, bool around);

#endif
