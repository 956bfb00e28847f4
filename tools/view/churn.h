/* What a site allocates over and over, as far as counts tell. Pure; doc/FINDINGS.md has the rules
 * (churn.*). */
#ifndef LR_VIEW_CHURN_H
#define LR_VIEW_CHURN_H

#include "tools/model/model.h"
#include "tools/view/thresholds.h"

/* name, kind of finding */
#define LR_CHURNS(X)                                                                               \
	X(STEPS, "churn.realloc")                                                                  \
	X(TABLES, "churn.realloc")                                                                 \
	X(QUADRATIC, "churn.quadratic")                                                            \
	X(LARGE, "churn.large")                                                                    \
	X(TEMPORARY, "churn.temporary")                                                            \
	X(SMALL, "churn.small")
#define LR_CHURN_ENUM(name, kind) LR_CHURN_##name,
enum lr_churn_kind { LR_CHURNS(LR_CHURN_ENUM) LR_CHURN_KINDS };
extern const char *const lr_churn_kinds[LR_CHURN_KINDS];

/* A set of 1 << enum lr_churn_kind. all: of the whole program. */
unsigned lr_churn_judge(
	const struct lr_site *s, const struct lr_counts *all, const struct lr_thresholds *t);

/* Bytes that the allocator takes for a block of that size, as glibc does. */
uint64_t lr_churn_taken(uint64_t size);
/* What is taken for the site's blocks at the peak beyond what was asked for. */
uint64_t lr_churn_overhead(const struct lr_site *s);
/* Of TABLES: objects that grew. */
uint64_t lr_churn_objects(const struct lr_site *s);

/* Temporary ones, without those that went on as larger ones. */
uint64_t lr_churn_temporary(const struct lr_site *s);

#endif
