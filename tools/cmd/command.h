/* A command of leakreport: one file in this folder, one line in LR_COMMANDS. */
#ifndef LR_COMMAND_H
#define LR_COMMAND_H

#include "tools/cmd/options.h"
#include "tools/render/render.h"

/* What the tools exit with. */
enum lr_exit { LR_EXIT_DONE = 0, LR_EXIT_FAILED = 1, LR_EXIT_USAGE = 2, LR_EXIT_DAMAGED = 3 };

struct lr_command {
	const char *name;
	const char *does; /* one line */
	const char *help; /* more, for its own --help; may be NULL */
	unsigned options; /* LR_OPT_* */
	/* Arguments come as they stand, directories too, and there may be none; the command finds
	 * out (inputs.h) what of them are dumps. Else there is at least one, and all are dumps. */
	bool own_arguments;
	/* Returns enum lr_exit. */
	int (*run)(
		const struct lr_command *c, const struct lr_options *o, char **dumps, size_t count);
};

#define LR_COMMANDS(X)                                                                             \
	X(summary)                                                                                 \
	X(top)                                                                                     \
	X(leaks)                                                                                   \
	X(resources)                                                                               \
	X(regions)                                                                                 \
	X(why)                                                                                     \
	X(holders)                                                                                 \
	X(growth)                                                                                  \
	X(diff) X(errors) X(check) X(baseline) X(verdicts) X(suppress) X(info) X(raw) X(export)
#define LR_COMMAND_DECLARE(name) extern const struct lr_command lr_command_##name;
LR_COMMANDS(LR_COMMAND_DECLARE)

/* The dumps, loaded, and where to print. */
struct lr_session {
	struct lr_model *model;
	struct lr_names *names;
	struct lr_rules *rules;
	struct lr_suppressor *suppressor;
	int status; /* enum lr_exit so far */
};

/* Loads what can be loaded and says on stderr what cannot. False when nothing could be: then there
 * is nothing to close, and status says how to exit. keep: of which scan the blocks are needed, not
 * only the sums (LR_SCANS_NONE, LR_SCANS_LAST, or its number). */
bool lr_session_open(struct lr_session *s, const struct lr_options *o, char **dumps, size_t count,
	uint32_t keep);
void lr_session_close(struct lr_session *s);
/* How the options want it on standard output. */
struct lr_style lr_style_of(const struct lr_options *o);
/* Prints in the format that was asked for. Returns the exit status. */
int lr_session_print(
	struct lr_session *s, const struct lr_options *o, const struct lr_report *report);
/* All of a command that prints one table: loads, makes the table that q asks for, prints. Returns
 * the exit status. */
int lr_session_table(const struct lr_command *c, const struct lr_options *o, char **dumps,
	size_t count, const struct lr_query *q);
/* What is asked of the scans; sites must outlive it. */
struct lr_leak_query lr_leak_query_of(
	const struct lr_session *s, const struct lr_options *o, const struct lr_query *sites);
/* The suppressions that are asked for; NULL: one of their files is wrong, which is told. */
struct lr_rules *lr_rules_wanted(const struct lr_options *o);
/* "leakreport: FILE: text" on stderr, made safe. */
void lr_say(const char *file, const char *text);

/* The query that the options ask for, with the command's own defaults. */
struct lr_query lr_query_of(
	const struct lr_options *o, enum lr_sort sort, size_t limit, size_t stack_max);

#endif
