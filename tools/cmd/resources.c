#include "tools/cmd/command.h"

enum { ONES = 3 }; /* open ones that are listed of a row, unless all are wanted */

static int run(const struct lr_command *c, const struct lr_options *o, char **dumps, size_t count)
{
	struct lr_session s;
	if (!lr_session_open(&s, o, dumps, count, LR_SCANS_NONE))
		return s.status;
	struct lr_query sites = lr_query_of(o, LR_SORT_BYTES, 20, 8);
	struct lr_resource_query q = {.sites = &sites,
		.kinds = o->resources_given ? o->resources : NULL,
		.sort = (enum lr_resource_sort)o->resource_sort,
		.at = o->at,
		.all = o->all,
		.open_max = o->open ? SIZE_MAX : ONES};
	struct lr_summary *summary = lr_summary_make(s.model);
	struct lr_resources_view *view = lr_resources_view_make(s.model, s.names, &q);
	struct lr_report report = {.command = c->name, .summary = summary, .resources = view};
	int status = lr_session_print(&s, o, &report);
	lr_resources_view_free(view);
	lr_summary_free(summary);
	lr_session_close(&s);
	return status;
}

const struct lr_command lr_command_resources = {.name = "resources",
	.does = "threads, timers, descriptors, mappings: where they are opened, and what is open",
	.help = "By kind and site: how many were created, released, and are open at the end or at "
		"a "
		"scan;\n"
		"of the open ones the handle, what it is, since when, and by which thread.",
	.options = (LR_OPT_ALL & ~(LR_OPT_SORT | LR_OPT_SIZES)) | LR_OPT_RESOURCES |
		   LR_OPT_RESOURCE_SORT,
	.run = run};
