/* Regions by the names of functions, taken from stacks: of each pattern the outermost function on a
 * stack that it matches is a region, as if that function began it where it is called. How often it
 * was entered nobody knows. */
#ifndef LR_FUNCTION_REGIONS_H
#define LR_FUNCTION_REGIONS_H

#include "tools/view/names.h"

struct lr_function_regions;

struct lr_function_region {
	const char *name; /* the function's, without a compiler's suffix */
	char *path;       /* with those around it, by other patterns: "outer/inner" */
	uint32_t parent;  /* number; 0 none */
};

/* Whether the program has begun a region that the pattern means. Then it means no functions. */
bool lr_region_is_begun(const struct lr_model *m, const char *pattern);

/* Of those patterns that the program has begun no region of; they, the model and the names must
 * outlive it. */
struct lr_function_regions *lr_function_regions_new(const struct lr_model *m,
	struct lr_names *names, const char *const *patterns, size_t count);
void lr_function_regions_free(struct lr_function_regions *x);

/* The number, from 1, of the region that a stack lies in; 0: in none. */
uint32_t lr_function_region_of(struct lr_function_regions *x, uint32_t frame);
/* How many there are, of what was asked for. */
uint32_t lr_function_regions_used(const struct lr_function_regions *x);
/* Valid until the next one is asked for. */
const struct lr_function_region *lr_function_region(
	const struct lr_function_regions *x, uint32_t number);

#endif
