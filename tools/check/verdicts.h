/* Verdicts of a suite's tests, each written as JSON by a check of its own, taken together. */
#ifndef LR_VERDICTS_H
#define LR_VERDICTS_H

#include "tools/check/check.h"
#include "tools/util/error.h"

struct lr_verdict_rule {
	const char *rule, *why;
	enum lr_check_status status;
};

struct lr_verdict {
	char *file;
	const char *program, *budget; /* budget: NULL none */
	enum lr_check_status status;
	uint64_t rules;
	struct lr_verdict_rule *broken; /* or not judged */
	size_t broken_used;
	void *owned;
};

struct lr_verdicts {
	struct lr_verdict *list; /* the worst first, then by program */
	size_t used, room;
	size_t of[LR_CHECK_STATUS_COUNT];
	uint64_t rules;
};

/* Adds a file; of a directory all whose names end in .json. -1 with *err: none, or no verdict. */
int lr_verdicts_add(struct lr_verdicts *, const char *path, struct lr_error *err);
void lr_verdicts_sort(struct lr_verdicts *);
void lr_verdicts_free(struct lr_verdicts *);

#endif
