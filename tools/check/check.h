/* The verdict of `leakreport check`: what a run was held to, what it measured, and who accounts for
 * what is too much. Made by tools/check/, laid out by every renderer of a verdict. */
#ifndef LR_CHECK_H
#define LR_CHECK_H

#include "tools/view/measure.h"

/* name, word in JSON; the greater the worse */
#define LR_CHECK_STATUSES(X)                                                                       \
	X(PASSED, "passed")                                                                        \
	X(UNKNOWN, "unknown") /* what the rule needs was not measured; why says so */              \
	X(FAILED, "failed")
#define LR_CHECK_ENUM(name, word) LR_CHECK_##name,
enum lr_check_status { LR_CHECK_STATUSES(LR_CHECK_ENUM) LR_CHECK_STATUS_COUNT };
extern const char *const lr_check_words[LR_CHECK_STATUS_COUNT];

/* A site that accounts for a rule that failed; those that differ most from the baseline first. */
struct lr_check_site {
	const struct lr_measured_site *site;
	uint64_t actual, baseline; /* of the rule's metric */
	bool has_baseline;
	bool is_new;              /* the baseline has no such site */
	const char *renamed_from; /* the function's name in the baseline; NULL: the same */
};

struct lr_check_rule {
	const char *id; /* short and stable, without spaces: "function:parse_*:allocations" */
	const char *
		text; /* as it can be given on a command line: "function:parse_*:allocations<=10" */
	const char *metric;
	const char *unit[2]; /* what is counted, one and several: "allocation", "allocations" */
	bool bytes;          /* values are bytes */
	const char *reason;  /* why it is there, as the budget file says; NULL */
	enum lr_check_status status;
	const char *why; /* one sentence for people: "12 allocations, 2 more than the 10 allowed" */
	uint64_t actual;
	bool has_min, has_max, has_baseline;
	uint64_t min, max; /* both included; what tolerances come to */
	uint64_t baseline;
	uint64_t lowest, highest; /* over repeated runs; else both are actual */
	bool deterministic;       /* all runs agreed, or there was only one */
	bool loose;               /* passed, and could be held tighter: */
	const char *tighter;      /* text of the tighter rule; NULL: not loose */
	struct lr_check_site *sites;
	size_t sites_used, sites_all; /* all: before the limit */
};

struct lr_check {
	const char *program; /* "jq", or "jq and 3 others" */
	const char *command; /* the command line of the first process; NULL unknown */
	const char *budget;  /* the file, as it was given; NULL none */
	struct lr_check_rule *rules;
	size_t rules_used, passed, failed, unknown, loose;
	enum lr_check_status status; /* the worst */
	uint64_t runs;               /* repetitions; 1 */
	uint64_t duration_us;        /* of the first run */
	const char *const
		*notes; /* sentences: "parse_hdr is called parse_header now (same callers)" */
	size_t notes_used;
	const struct lr_measure *measure, *baseline; /* baseline: NULL none */
	struct lr_check_owned *owned;                /* private */
};

struct lr_budget;
/* What is held to what. All must outlive the verdict. */
struct lr_check_query {
	const struct lr_budget *budget;
	size_t from_file; /* how many of its rules stand in its file; the rest were given besides */
	const char *file; /* NULL: none */
	const struct lr_measure *const *runs; /* one; or repetitions */
	size_t runs_used;
	const struct lr_measure *baseline; /* in place of the budget's; NULL: that one, if any */
	size_t site_limit;                 /* sites to name for a rule */
};
struct lr_check *lr_check_make(const struct lr_check_query *q);
void lr_check_free(struct lr_check *c);

#endif
