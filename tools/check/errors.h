/* What of a run is an error, for scripts: blocks of the wanted verdicts, and findings of the wanted
 * names, less what is suppressed. */
#ifndef LR_ERRORS_H
#define LR_ERRORS_H

#include "tools/view/findings.h"

struct lr_found_error {
	const char *kind; /* definite .., or a finding's name */
	uint64_t count, bytes;
	uint64_t led_blocks, led_bytes; /* lost blocks that these lead to */
	const char *title;              /* of a finding; else NULL */
	const struct lr_line *stack;
	size_t stack_used, stack_cut, stack_main; /* main: lines up to main */
};

/* A process with lost blocks that are errors; of several. */
struct lr_error_process {
	const struct lr_dump *dump;
	struct lr_scan_sum sum;
};

struct lr_errors {
	struct lr_found_error *list; /* findings, then by verdict, in these by bytes */
	size_t used, room;
	size_t shown;          /* how many a report shows */
	uint64_t count, bytes; /* of all */
	struct lr_scan_sum suppressed;
	bool leaks_wanted;           /* some verdicts are errors */
	struct lr_error_process *in; /* where there are several processes, in their order */
	size_t in_used, in_room;
	size_t processes, judged;     /* judged: those that have verdicts */
	const struct lr_rules *rules; /* how they were used */
	bool rules_given;             /* not only those that are built in */
	/* private */
	struct lr_leaks *leaks;
	struct lr_findings *findings;
};

/* wanted: as --errors-for has it (wanted.h). Of the query count the suppressor, the thresholds, the
 * lines of a stack, and how many are shown. */
struct lr_errors *lr_errors_find(const struct lr_model *m, struct lr_names *names,
	const struct lr_leak_query *asked, const char *wanted);
void lr_errors_free(struct lr_errors *e);

#endif
