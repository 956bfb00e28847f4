#include "tools/cmd/command.h"

#include <stdio.h>
#include <string.h>
#include "tools/check/wanted.h"

/* 1: there are errors. 3: none of the processes has verdicts, although some are asked for. */
static int status_of(const struct lr_errors *e)
{
	if (e->used)
		return LR_EXIT_FAILED;
	if (e->judged || !e->leaks_wanted)
		return LR_EXIT_DONE;
	fputs("leakreport: there are no verdicts on the blocks of this run (did it end by a "
	      "signal or an exec, or is LEAKTRACE_SCAN=none?); nothing can be said of leaks\n",
		stderr);
	return LR_EXIT_DAMAGED;
}

static bool understood(const char *wanted)
{
	const char *wrong;
	if (lr_wanted_understood(wanted, &wrong))
		return true;
	fprintf(stderr, "leakreport: --errors-for=%s: \"%.*s\" is not understood; give %s\n",
		wanted, (int)strcspn(wrong, ","), wrong, LR_WANTED_WORDS);
	return false;
}

/* Of these findings it is told what holds which blocks. */
static bool wants_blocks(const char *wanted)
{
	static const char *const kinds[] = {"resource.unreleased", "retention.interior",
		"thread.blocked", "thread.unjoined", "timer.undeleted"};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (lr_wanted_finding(wanted, kinds[i]))
			return true;
	return false;
}

static int run(const struct lr_command *c, const struct lr_options *o, char **dumps, size_t count)
{
	struct lr_session s;
	const char *wanted = o->errors_for ? o->errors_for : LR_WANTED_DEFAULT;
	if (!understood(wanted))
		return LR_EXIT_USAGE;
	uint32_t kept = wants_blocks(wanted) ? LR_SCANS_LAST_OF_FEW : LR_SCANS_NONE;
	if (!lr_session_open(&s, o, dumps, count, kept))
		return s.status;
	struct lr_query q = lr_query_of(o, LR_SORT_UNFREED, 20, 12);
	struct lr_leak_query asked = lr_leak_query_of(&s, o, &q);
	struct lr_summary *summary = lr_summary_make(s.model);
	struct lr_errors *errors = lr_errors_find(s.model, s.names, &asked, wanted);
	errors->rules = s.rules;
	errors->rules_given = o->suppressions_used > 0;
	struct lr_sources *sources = lr_sources_open(o->source_dirs, o->source_dirs_used);
	struct lr_report report = {
		.command = c->name, .summary = summary, .errors = errors, .sources = sources};
	int status = lr_session_print(&s, o, &report);
	if (status == LR_EXIT_DONE || errors->used)
		status = status_of(errors);
	lr_sources_close(sources);
	lr_errors_free(errors);
	lr_summary_free(summary);
	lr_session_close(&s);
	return status;
}

const struct lr_command lr_command_errors = {.name = "errors",
	.does = "what of a run is an error, less what is suppressed; exits 1 if there is any",
	.help = "For scripts and CI. Which verdicts and findings are errors is said by "
		"--errors-for.",
	.options = LR_OPT_OUTCOMES | LR_OPT_SOURCES | LR_OPT_LIMIT | LR_OPT_NAMES |
		   LR_OPT_SUPPRESS | LR_OPT_ERRORS | LR_OPT_THRESHOLDS,
	.run = run};
