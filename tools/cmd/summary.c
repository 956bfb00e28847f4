#include "tools/cmd/command.h"

static int run(const struct lr_command *c, const struct lr_options *o, char **dumps, size_t count)
{
	struct lr_session s;
	if (!lr_session_open(&s, o, dumps, count, LR_SCANS_NONE))
		return s.status;
	struct lr_query q = lr_query_of(o, LR_SORT_BYTES, 5, 4);
	struct lr_summary *summary = lr_summary_make(s.model);
	struct lr_table *table = lr_table_make(s.model, s.names, &q);
	struct lr_report report = {
		.command = c->name, .summary = summary, .headline = true, .table = table};
	int status = lr_session_print(&s, o, &report);
	lr_table_free(table);
	lr_summary_free(summary);
	lr_session_close(&s);
	return status;
}

const struct lr_command lr_command_summary = {.name = "summary",
	.does = "totals, how it ended, what was missed, and the top sites (the default)",
	.help = "Fits a screen. --limit and --stack say how much of the top sites is shown.",
	.options = LR_OPT_ALL,
	.run = run};
