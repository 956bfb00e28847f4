/* Shared by compare.c and compare_renamed.c. Not for others. */
#ifndef LR_COMPARE_PARTS_H
#define LR_COMPARE_PARTS_H

#include "tools/view/compare.h"
#include "tools/view/measure_parts.h"

/* What is found out about a site of after. */
struct lr_joined {
	uint32_t before; /* index plus 1; 0 none */
	enum lr_join join;
	const char *function; /* as in struct lr_compared_site */
};

/* Names of after in terms of before: ids there; 0: there is no such. */
struct lr_joining {
	struct lr_compare *c;
	const struct lr_measure *of[2];
	uint32_t *texts, *modules, *lines; /* by ids of after; modules: texts that are modules */
	uint32_t *line_after;              /* by lines of before: id after */
	struct lr_joined *joined;          /* by sites of after */
	uint32_t *after;                   /* by sites of before: index plus 1 */
	struct lr_values *values[2];       /* by sites */
};

/* The line is one that the other measure has not. */
static inline bool lr_joining_lacks(const struct lr_joining *j, int side, uint32_t line)
{
	return side == LR_AFTER ? !j->lines[line] : !j->line_after[line];
}
static inline bool lr_joining_is_open(const struct lr_joining *j, int side, uint32_t site)
{
	return side == LR_AFTER ? !j->joined[site].before : !j->after[site];
}
static inline const struct lr_measure_node *lr_joining_node(
	const struct lr_joining *j, int side, uint32_t site)
{
	return (const struct lr_measure_node *)(const void *)j->of[side]->sites[site].path;
}

/* Joins sites whose paths are the same by what lines[] has now. */
void lr_join_paths(struct lr_joining *j, enum lr_join join);
void lr_join_two(struct lr_joining *j, uint32_t before, uint32_t after, enum lr_join join);
/* Functions that have other names; sites with one function more or less. */
void lr_join_renamed(struct lr_joining *j);
void lr_join_moved(struct lr_joining *j);
/* Sites of which one has fewer functions in its path. */
void lr_join_fewer(struct lr_joining *j);

/* Sites of both that are not joined yet, by keys that make them alike. */
struct lr_alike {
	uint64_t key;
	uint32_t site, side;
	uint64_t weight[2]; /* allocations, bytes */
};
/* For each site its key; 0: not to be joined. Calls found for each pair that can be told: the only
 * ones of a key, or those with the same counts. Pairs are in no order. */
void lr_alike_pairs(struct lr_joining *j, uint64_t *const keys[2],
	void (*found)(struct lr_joining *j, void *ctx, uint32_t before, uint32_t after), void *ctx);

/* The same, all of one key at a time; within it by side, where counts are the same. */
void lr_alike_buckets(struct lr_joining *j, uint64_t *const keys[2],
	void (*bucket)(struct lr_joining *j, const struct lr_alike *list, size_t n));

#endif
