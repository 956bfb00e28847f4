#include "tools/cmd/command.h"

#include <stdio.h>

static int run(
	const struct lr_command *c, const struct lr_options *given, char **dumps, size_t count)
{
	struct lr_options options = *given;
	struct lr_session s;
	if (count != 1) {
		fputs("leakreport: diff takes one dump, and --from and --to\n", stderr);
		return LR_EXIT_USAGE;
	}
	if (options.moments[0] > options.moments[1]) {
		fputs("leakreport: --from lies behind --to\n", stderr);
		return LR_EXIT_USAGE;
	}
	options.moments_wanted = true;
	if (!lr_session_open(&s, &options, dumps, count, LR_SCANS_NONE))
		return s.status;
	struct lr_query q = lr_query_of(&options, LR_SORT_UNFREED, 20, 8);
	q.changed_only = true;
	struct lr_summary *summary = lr_summary_make(s.model);
	struct lr_table *table = lr_table_make(s.model, s.names, &q);
	struct lr_resource_query changed = {.sites = &q, .at = LR_OPEN_END, .changed = true};
	struct lr_resources_view *resources = lr_resources_view_make(s.model, s.names, &changed);
	struct lr_diff diff = {.moment = {options.moments[0], options.moments[1]},
		.table = table,
		.resources = resources};
	struct lr_report report = {.command = c->name, .summary = summary, .diff = &diff};
	int status = lr_session_print(&s, &options, &report);
	lr_resources_view_free(resources);
	lr_table_free(table);
	lr_summary_free(summary);
	lr_session_close(&s);
	return status;
}

const struct lr_command lr_command_diff = {.name = "diff",
	.does = "what was live at one moment and not at another",
	.help = "Blocks and bytes that were live at --to less those that were live at --from, by "
		"site;\n"
		"what differs most comes first. Then the same of threads, timers, descriptors, "
		"mappings ..",
	.options = (LR_OPT_ALL & ~(LR_OPT_SORT | LR_OPT_SPAN)) | LR_OPT_MOMENTS,
	.run = run};
