#include "tools/cmd/command.h"

enum { HOLDERS = 3 };

static int run(const struct lr_command *c, const struct lr_options *o, char **dumps, size_t count)
{
	struct lr_session s;
	uint32_t kept = o->scan ? (uint32_t)o->scan : LR_SCANS_LAST_OF_FEW;
	if (!lr_session_open(&s, o, dumps, count, kept))
		return s.status;
	struct lr_query q = lr_query_of(o, LR_SORT_BYTES, 5, 4);
	struct lr_summary *summary = lr_summary_make(s.model);
	struct lr_leak_query asked = lr_leak_query_of(&s, o, &q);
	struct lr_table *table = lr_table_make(s.model, s.names, &q);
	struct lr_leaks *leaks = lr_leaks_bare(s.model, s.names, &asked); /* its sums are shown */
	struct lr_findings *findings = lr_findings_make(s.model, s.names, &asked, leaks, NULL);
	struct lr_heap *heap = lr_heap_of(s.model, s.names, o->scan ? kept : LR_SCANS_LAST);
	struct lr_holders_view *holders = heap ? lr_holders_make(heap, HOLDERS, q.stack_max) : NULL;
	struct lr_report report = {.command = c->name,
		.summary = summary,
		.headline = true,
		.table = table,
		.leaks = leaks,
		.findings = findings,
		.holders = holders,
		.rules = s.rules,
		.rules_given = o->suppressions_used > 0};
	int status = lr_session_print(&s, o, &report);
	lr_holders_free(holders);
	lr_heap_close(heap);
	lr_findings_free(findings);
	lr_leaks_free(leaks);
	lr_table_free(table);
	lr_summary_free(summary);
	lr_session_close(&s);
	return status;
}

const struct lr_command lr_command_summary = {.name = "summary",
	.does = "findings, totals, what was missed, and the top sites (the default)",
	.help = "Begins with what is wrong. --limit and --stack say how much of the findings and "
		"of the top\n"
		"sites is shown.",
	.options = LR_OPT_ALL | LR_OPT_SCAN | LR_OPT_SUPPRESS | LR_OPT_THRESHOLDS,
	.run = run};
