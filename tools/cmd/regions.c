#include "tools/cmd/command.h"

enum { SITES = 3 }; /* of a region, where stacks are asked for */

static int run(
	const struct lr_command *c, const struct lr_options *given, char **dumps, size_t count)
{
	struct lr_options options = *given;
	struct lr_session s;
	options.by_region = true;
	if (!lr_session_open(&s, &options, dumps, count, LR_SCANS_NONE))
		return s.status;
	struct lr_query sites = lr_query_of(&options, LR_SORT_BYTES, 40, 0);
	struct lr_region_query q = {.sites = &sites,
		.sort = (enum lr_region_sort)options.region_sort,
		.sites_max = sites.stack_max ? SITES : 0};
	struct lr_summary *summary = lr_summary_make(s.model);
	struct lr_regions_view *regions = lr_regions_view_make(s.model, s.names, &q);
	struct lr_report report = {.command = c->name, .summary = summary, .regions = regions};
	int status = lr_session_print(&s, &options, &report);
	lr_regions_view_free(regions);
	lr_summary_free(summary);
	lr_session_close(&s);
	return status;
}

const struct lr_command lr_command_regions = {.name = "regions",
	.does = "what regions allocate, for each time that they are entered",
	.help = "Regions are parts of the run that the program names (leaktrace_region_begin() of "
		"leaktrace.h),\n"
		"nested ones indented. Per entry (op): allocations and bytes, with those of "
		"regions within; the\n"
		"most allocations of any one entry; and blocks allocated in it that were live when "
		"it ended.\n"
		"--stack shows the sites that allocate most in each. Where the program has begun "
		"no region of\n"
		"that name, --region=GLOB takes functions for regions: of each stack the outermost "
		"one that\n"
		"is so called. How often those are entered is not known.",
	.options = LR_OPT_FORMAT | LR_OPT_LIMIT | LR_OPT_SELECT | LR_OPT_NAMES | LR_OPT_SPAN |
		   LR_OPT_SIZES | LR_OPT_REGION_SORT,
	.run = run};
