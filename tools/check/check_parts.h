/* What the parts of making a verdict share. Not for others. */
#ifndef LR_CHECK_PARTS_H
#define LR_CHECK_PARTS_H

#include "tools/check/budget.h"
#include "tools/check/check.h"
#include "tools/check/count.h"
#include "tools/view/compare.h"

/* What is noted of rules: of many such notes the first few are told, and how many more there are.
 */
enum lr_remark { LR_REMARK_NOTHING, LR_REMARK_VARIES, LR_REMARKS };

struct lr_check_owned {
	size_t remarks[LR_REMARKS];
	size_t absent; /* programs of the baseline that did not run */
	char **texts;
	size_t texts_used, texts_room;
	char **notes;
	size_t notes_room;
	struct lr_compare **compares;         /* by run; NULL: there is no baseline */
	const struct lr_measured_site ***was; /* by run: by site: how the baseline calls it */
};

/* A rule that is being judged. */
struct lr_judging {
	const struct lr_check_query *q;
	struct lr_check *check;
	const struct lr_budget_rule *rule;
	struct lr_check_rule *out;
	const struct lr_measure *baseline;
	size_t run; /* the one that is told */
	/* What the baseline has: at least and at most, where not all of its sites are known. */
	uint64_t low, high;
	bool nothing; /* the rule's patterns match nothing in any run */
};

/* Keep a text as long as the verdict. */
const char *lr_check_keep(struct lr_check *c, char *text);
/* A sentence for people; taken over. The same one is told once. */
void lr_check_note(struct lr_check *c, char *text);

void lr_check_remark(struct lr_check *c, enum lr_remark kind, char *text);

/* By site of that run: what counts for the rule. To be freed; NULL: it cannot be told by site. */
uint64_t *lr_judge_sites(const struct lr_judging *j, size_t run);
/* What it sums up to. */
uint64_t lr_judge_count(const struct lr_judging *j, size_t run, bool *nothing);
/* status, why, limits, and whether it is loose. */
void lr_judge(struct lr_judging *j);
/* The sites that account for what is wrong. */
void lr_judge_culprits(struct lr_judging *j);
/* Whether it could be held tighter. */
void lr_judge_loose(struct lr_judging *j);

#endif
