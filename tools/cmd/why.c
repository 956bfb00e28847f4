#include "tools/cmd/command.h"

#include <stdio.h>

enum { CHAINS = 10, FRAMES = 8 };

static int say_what_is_missing(const char *dump, const char *text)
{
	lr_say(dump, text);
	return LR_EXIT_FAILED;
}

static uint32_t scan_of(const struct lr_options *o)
{
	return o->scan ? (uint32_t)o->scan : LR_SCANS_LAST;
}

static int print_why(struct lr_session *s, const struct lr_command *c, const struct lr_options *o,
	char *dump, const char *asked)
{
	struct lr_query q = lr_query_of(o, LR_SORT_UNFREED, CHAINS, FRAMES);
	struct lr_heap *heap = lr_heap_of(s->model, s->names, scan_of(o));
	if (!heap)
		return say_what_is_missing(dump,
			"it has no such scan of the live memory; one is made at the end of a "
			"process that is not killed, and by leaktrace scan");
	struct lr_why *why = asked ? lr_why_make(heap, asked, q.limit, q.stack_max) : NULL;
	struct lr_holders_view *holders =
		asked ? NULL : lr_holders_make(heap, q.limit, q.stack_max);
	struct lr_summary *summary = lr_summary_make(s->model);
	struct lr_report report = {
		.command = c->name, .summary = summary, .why = why, .holders = holders};
	int status;
	if (asked && !why)
		status = say_what_is_missing(asked,
			"no live block is meant by that (a function, FILE:LINE, or an address)");
	else
		status = lr_session_print(s, o, &report);
	lr_summary_free(summary);
	lr_holders_free(holders);
	lr_why_free(why);
	lr_heap_close(heap);
	return status;
}

static int open_and_print(
	const struct lr_command *c, const struct lr_options *o, char **dumps, const char *asked)
{
	struct lr_session s;
	if (!lr_session_open(&s, o, dumps, 1, scan_of(o)))
		return s.status;
	int status = print_why(&s, c, o, dumps[0], asked);
	lr_session_close(&s);
	return status;
}

static int run_why(
	const struct lr_command *c, const struct lr_options *o, char **dumps, size_t count)
{
	if (count != 2) {
		fputs("leakreport: why wants a dump and what to ask for: a function, FILE:LINE, or "
		      "an address\n",
			stderr);
		return LR_EXIT_USAGE;
	}
	return open_and_print(c, o, dumps, dumps[1]);
}

static int run_holders(
	const struct lr_command *c, const struct lr_options *o, char **dumps, size_t count)
{
	if (count != 1) {
		fputs("leakreport: holders wants one dump\n", stderr);
		return LR_EXIT_USAGE;
	}
	return open_and_print(c, o, dumps, NULL);
}

const struct lr_command lr_command_why = {.name = "why",
	.does = "what keeps blocks alive: DUMP, then a function, FILE:LINE, or an address",
	.help = "The shortest chains of pointers that lead to the blocks, from a variable, a "
		"thread's "
		"stack ..;\nthose of a kind are one. A function or FILE:LINE means the blocks that "
		"were made there.",
	.options = LR_OPT_FORMAT | LR_OPT_LIMIT | LR_OPT_NAMES | LR_OPT_SCAN,
	.run = run_why};

const struct lr_command lr_command_holders = {.name = "holders",
	.does = "who holds the memory: variables, threads and sites, by what would go with them",
	.help = "A block counts for what every chain of pointers to it leads over.",
	.options = LR_OPT_FORMAT | LR_OPT_LIMIT | LR_OPT_NAMES | LR_OPT_SCAN,
	.run = run_holders};
