#include "tools/cmd/command.h"

#include <stdio.h>

enum { CHAINS = 10, FRAMES = 8 };

static int say_what_is_missing(const struct lr_command *c, const char *dump, const char *text)
{
	(void)c;
	lr_say(dump, text);
	return LR_EXIT_FAILED;
}

/* The last scan of the dump that has one. */
static const struct lr_scan *scan_of(const struct lr_dump *d)
{
	return lr_scans_get(&d->scans, LR_SCANS_LAST);
}

static int print_why(struct lr_session *s, const struct lr_command *c, const struct lr_options *o,
	char *dump, const char *asked)
{
	struct lr_query q = lr_query_of(o, LR_SORT_UNFREED, CHAINS, FRAMES);
	const struct lr_dump *d = &s->model->dumps[0];
	const struct lr_scan *scan = scan_of(d);
	if (!scan)
		return say_what_is_missing(c, dump,
			"it has no scan of the live memory; LEAKTRACE_SCAN=exit makes one at the "
			"end");
	struct lr_heap *heap = lr_heap_open(s->model, s->names, d, scan);
	struct lr_why *why = asked ? lr_why_make(heap, asked, q.limit, q.stack_max) : NULL;
	struct lr_holders_view *holders =
		asked ? NULL : lr_holders_make(heap, q.limit, q.stack_max);
	struct lr_summary *summary = lr_summary_make(s->model);
	struct lr_report report = {
		.command = c->name, .summary = summary, .why = why, .holders = holders};
	int status;
	if (asked && !why)
		status = say_what_is_missing(c, asked,
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
	if (!lr_session_open(&s, o, dumps, 1, LR_SCANS_LAST))
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
	.options = LR_OPT_FORMAT | LR_OPT_LIMIT | LR_OPT_NAMES,
	.run = run_why};

const struct lr_command lr_command_holders = {.name = "holders",
	.does = "who holds the memory: variables, threads and sites, by what would go with them",
	.help = "A block counts for what every chain of pointers to it leads over.",
	.options = LR_OPT_FORMAT | LR_OPT_LIMIT | LR_OPT_NAMES,
	.run = run_holders};
