/* What of a run is an error, for scripts: blocks of the wanted verdicts, and findings of the wanted
 * names, less what is suppressed. */
#ifndef LR_ERRORS_H
#define LR_ERRORS_H

#include "tools/view/suppress.h"
#include "tools/view/table.h"
#include "tools/view/wrong.h"

/* What --errors-for names. */
#define LR_ERRORS_DEFAULT "definite,possible"
struct lr_errors_wanted {
	unsigned leaks; /* of LR_SUPPRESS_LEAKS */
	const char *list;
};
/* Reads words between commas: definite, indirect, possible, reachable, all; leak.definite ..; names
 * of findings, or their first half (free). False: a word is none of these; *wrong is the word. */
bool lr_errors_read(struct lr_errors_wanted *w, const char *list, const char **wrong);
bool lr_errors_wants(const struct lr_errors_wanted *w, const char *finding);

struct lr_found_error {
	const char *kind; /* definite .., or a finding's name */
	uint64_t count, bytes;
	uint64_t led_blocks, led_bytes; /* lost blocks that these lead to */
	char *evidence;                 /* NULL: none */
	uint32_t frame;
	struct lr_line *stack;
	size_t stack_used, stack_cut;
};

struct lr_errors {
	struct lr_found_error *list; /* the worst kinds first, in these by bytes */
	size_t used, room;
	size_t shown;          /* how many a report shows: the caller's */
	uint64_t count, bytes; /* of all */
	uint64_t suppressed_blocks, suppressed_bytes;
	uint64_t ignored_blocks, ignored_bytes; /* by the program */
	size_t dumps, judged;                   /* processes, and those that have verdicts */
	const struct lr_rules *rules;           /* how they were used */
	bool rules_given;                       /* not only those that are built in: the caller's */
	/* private */
	struct lr_map of;
};

/* Counts what the rules were used for, too. stack_max: lines. */
struct lr_errors *lr_errors_find(const struct lr_model *m, struct lr_names *names,
	struct lr_rules *rules, const struct lr_errors_wanted *wanted, size_t stack_max);
void lr_errors_free(struct lr_errors *e);

#endif
