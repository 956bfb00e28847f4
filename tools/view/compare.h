/* Two measures held beside each other, site by site. Sites are the same when their call paths are;
 * where functions have other names now, or one more or less stands in a path, it is looked for what
 * fits by callers and callees, and said so. Pure: nothing is looked up. */
#ifndef LR_COMPARE_H
#define LR_COMPARE_H

#include "tools/view/measure.h"

enum { LR_BEFORE, LR_AFTER };

/* How a site was found in both. name, key in JSON */
#define LR_JOINS(X)                                                                                \
	X(NONE, "none")       /* it is in one of them alone */                                     \
	X(SAME, "same")       /* the same path */                                                  \
	X(RENAMED, "renamed") /* a function in it has another name now, or its offset moved */     \
	X(MOVED, "moved")     /* there are functions more, or less, in it */
#define LR_JOIN_ENUM(name, key) LR_JOIN_##name,
enum lr_join { LR_JOINS(LR_JOIN_ENUM) LR_JOIN_COUNT };
extern const char *const lr_join_keys[LR_JOIN_COUNT];

struct lr_compared_site {
	uint32_t site[2]; /* in each: index plus 1; 0 it is not there */
	enum lr_join join;
	/* RENAMED: what the innermost such function was called before; NULL where it had no name.
	 * MOVED: the function that is more or less, if it is one that is new or gone. */
	const char *function;
	struct lr_values of[2]; /* of all its rows */
	/* It is in one alone, and the other one holds only a part of its sites: it may be among the
	 * others, by its counts. */
	bool unsure;
};

/* A function with another name. */
struct lr_renaming {
	const char *from, *to, *module;
	size_t sites; /* that have it in their paths */
};

struct lr_compared_finding {
	const char *kind;
	uint32_t site; /* index in sites plus 1; 0 none */
	uint64_t count[2], bytes[2];
};

struct lr_compared_resource {
	const char *kind;
	uint32_t site; /* index in sites plus 1; 0 none */
	uint64_t created[2], open[2], peak[2];
};

struct lr_compare {
	const struct lr_measure *of[2];
	struct lr_compared_site *sites; /* those of after, in their order; then the others */
	size_t used;
	uint32_t *joined[2]; /* by a measure's sites: index in sites */
	struct lr_renaming *renamings;
	size_t renamings_used, renamings_room;
	size_t unnamed; /* sites that were joined though functions without names have moved */
	struct lr_compared_finding *findings;
	size_t findings_used, findings_room;
	struct lr_compared_resource *resources;
	size_t resources_used, resources_room;
};

/* Both must outlive it. */
struct lr_compare *lr_compare_make(const struct lr_measure *before, const struct lr_measure *after);
void lr_compare_free(struct lr_compare *c);

/* The site of the one before (index plus 1; 0 none) that is the given one (index) after. */
static inline uint32_t lr_compare_before(const struct lr_compare *c, uint32_t after)
{
	return c->sites[c->joined[LR_AFTER][after]].site[LR_BEFORE];
}

#endif
