#include "tools/cmd/command.h"

static int run(const struct lr_command *c, const struct lr_options *o, char **dumps, size_t count)
{
	struct lr_session s;
	if (!lr_session_open(&s, o, dumps, count, LR_SCANS_NONE))
		return s.status;
	struct lr_query q = lr_query_of(o, LR_SORT_BYTES, 50, 8);
	struct lr_summary *summary = lr_summary_make(s.model);
	struct lr_details *details = lr_details_make(s.model, q.limit);
	struct lr_resource_query open = {.sites = &q, .at = LR_OPEN_END};
	struct lr_resources_view *resources = lr_resources_view_make(s.model, s.names, &open);
	struct lr_report report = {
		.command = c->name, .summary = summary, .details = details, .resources = resources};
	int status = lr_session_print(&s, o, &report);
	lr_resources_view_free(resources);
	lr_details_free(details);
	lr_summary_free(summary);
	lr_session_close(&s);
	return status;
}

const struct lr_command lr_command_info = {.name = "info",
	.does = "the process, its threads and modules, and what was never released",
	.help = "What was never released is listed by where it was made; leakreport resources "
		"tells more.",
	.options = LR_OPT_FORMAT | LR_OPT_LIMIT | LR_OPT_NAMES,
	.run = run};
