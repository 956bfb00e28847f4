#include "tools/cmd/command.h"
#include "tools/view/function_regions.h"

/* A scan knows no threads, no times of allocation and no regions that the program has begun: what
 * is asked by these is told of all unfreed blocks, as the events have it. */
static bool is_by_events(const struct lr_options *o)
{
	return o->group == LR_GROUP_THREAD || o->thread || o->from || o->to != UINT64_MAX ||
	       o->marks[0] || o->marks[1];
}

static int run_unfreed(
	const struct lr_command *c, const struct lr_options *o, char **dumps, size_t count)
{
	struct lr_query q = lr_query_of(o, LR_SORT_UNFREED, 20, 16);
	q.unfreed_only = true;
	lr_say(c->name,
		"no scan knows threads, times and regions: unfreed blocks are listed, lost or not");
	return lr_session_table(c, o, dumps, count, &q);
}

/* Where rows are sites, lost ones are told as findings. */
static int run(const struct lr_command *c, const struct lr_options *o, char **dumps, size_t count)
{
	struct lr_session s;
	if (is_by_events(o))
		return run_unfreed(c, o, dumps, count);
	if (!lr_session_open(&s, o, dumps, count, LR_SCANS_NONE))
		return s.status;
	if (o->region && lr_region_is_begun(s.model, o->region)) {
		lr_session_close(&s);
		return run_unfreed(c, o, dumps, count);
	}
	struct lr_query q = lr_query_of(o, LR_SORT_UNFREED, 20, 16), unfreed = q;
	struct lr_leak_query asked = lr_leak_query_of(&s, o, &q);
	unfreed.unfreed_only = true;
	struct lr_summary *summary = lr_summary_make(s.model);
	struct lr_findings *findings = NULL;
	asked.bare = q.group == LR_GROUP_SITE;
	struct lr_leaks *leaks = lr_leaks_make(s.model, s.names, &asked);
	if (asked.bare) {
		findings = lr_findings_make(s.model, s.names, &asked, leaks, "leak.");
		lr_leaks_show(leaks, s.model, s.names, &q);
	}
	struct lr_table *table = lr_table_make(s.model, s.names, &unfreed);
	struct lr_report report = {.command = c->name,
		.summary = summary,
		.leaks = leaks,
		.findings = findings,
		.rules = s.rules,
		.rules_given = o->suppressions_used > 0,
		.table = table};
	int status = lr_session_print(&s, o, &report);
	lr_table_free(table);
	lr_findings_free(findings);
	lr_leaks_free(leaks);
	lr_summary_free(summary);
	lr_session_close(&s);
	return status;
}

const struct lr_command lr_command_leaks = {.name = "leaks",
	.does = "what is lost, by class and site",
	.help = "Of each dump a scan is shown, the last one unless --scan says otherwise. "
		"definite: "
		"nothing\n"
		"leads to it; indirect: only lost blocks do (they are told with their owner); "
		"possible:\n"
		"only pointers to its inside were found; reachable: still in use, or kept; "
		"suppressed: by\n"
		"a rule, or by the program. Where no scan was made, unfreed blocks are listed as "
		"not_judged.",
	.options = LR_OPT_ALL | LR_OPT_SCAN | LR_OPT_SUPPRESS | LR_OPT_KINDS,
	.run = run};
