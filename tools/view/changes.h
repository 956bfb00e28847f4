/* What changed from one run to another, for people and programs: totals, where it comes from, and
 * each site that has other counts, those that changed most first. What did not change is nowhere.
 */
#ifndef LR_CHANGES_H
#define LR_CHANGES_H

#include "tools/view/compare.h"

/* name, key in JSON; by the metric that is sorted by, or else the first that differs */
#define LR_CHANGE_KINDS(X)                                                                         \
	X(NEW, "new")                                                                              \
	X(GONE, "gone")                                                                            \
	X(MORE, "more")                                                                            \
	X(LESS, "less")
#define LR_CHANGE_ENUM(name, key) LR_CHANGE_##name,
enum lr_change_kind { LR_CHANGE_KINDS(LR_CHANGE_ENUM) LR_CHANGE_KIND_COUNT };
extern const char *const lr_change_keys[LR_CHANGE_KIND_COUNT];

/* A number before and after. */
struct lr_two {
	uint64_t of[2];
};
static inline bool lr_two_differ(const struct lr_two *t)
{
	return t->of[0] != t->of[1];
}
/* By how much, and whether it is less. */
static inline uint64_t lr_two_by(const struct lr_two *t, bool *less)
{
	*less = t->of[1] < t->of[0];
	return *less ? t->of[0] - t->of[1] : t->of[1] - t->of[0];
}

struct lr_change {
	enum lr_change_kind kind;
	const char *name; /* of the group; of a site the function that a person means */
	struct lr_two of[LR_METRIC_COUNT];
	struct lr_two lost_bytes; /* definite, indirect and possible ones */
	uint64_t sites;           /* put together here */
	/* Where rows are sites: */
	const struct lr_measured_site *site; /* after, or before if it is gone */
	const struct lr_compared_site *compared;
	/* The path for people: innermost function that is meant, its callers up to the limit;
	 * left_out: callers that are not shown. */
	const struct lr_measured_frame *means;
	size_t path_used, left_out;
};

/* Calls that there were not (or that are no more), with all that is allocated below them. */
struct lr_branch {
	const struct lr_measured_frame *called; /* its caller is in both */
	bool gone;
	uint64_t sites;
	struct lr_values values;
	size_t path_used, left_out;
};

struct lr_finding_change {
	const char *kind;
	struct lr_two count, bytes;
	const struct lr_measured_site *site; /* NULL none */
	size_t path_used, left_out;
};

struct lr_resource_change {
	const char *kind;
	struct lr_two created, open, peak;
	const struct lr_measured_site *site; /* NULL none */
	size_t path_used, left_out;
};

struct lr_changes {
	const struct lr_compare *compare;
	enum lr_group group;
	enum lr_metric metric; /* what rows are sorted by */
	bool lost_first;       /* before that, by bytes that are lost */
	bool same;             /* nothing differs */
	struct lr_two total[LR_METRIC_COUNT], lost_bytes;
	struct lr_change *rows;
	size_t used, all_rows;
	size_t kinds[LR_CHANGE_KIND_COUNT]; /* of all rows */
	struct lr_branch *branches;         /* of several sites, those of most allocations */
	size_t branches_used, branches_room, all_branches;
	struct lr_finding_change *findings;
	size_t findings_used, all_findings;
	struct lr_resource_change *resources;
	size_t resources_used, all_resources;
	char **owned; /* texts made for it */
	size_t owned_used, owned_room;
	char **notes;    /* sentences; the first ones: what makes this less sure */
	size_t warnings; /* so many of them; then functions that have other names */
	size_t notes_used, notes_room;
};

/* Of the query: group, limit, stack_max. sort: an enum lr_sort, or -1: bytes that are lost first,
 * then allocations. The compare must outlive it. */
struct lr_changes *lr_changes_make(const struct lr_compare *c, const struct lr_query *q, int sort);
void lr_changes_free(struct lr_changes *v);

#endif
