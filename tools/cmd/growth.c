#include "tools/cmd/command.h"

static int run(const struct lr_command *c, const struct lr_options *o, char **dumps, size_t count)
{
	struct lr_session s;
	if (!lr_session_open(&s, o, dumps, count, LR_SCANS_NONE))
		return s.status;
	struct lr_query q = lr_query_of(o, LR_SORT_UNFREED, 20, 8);
	struct lr_trend_settings settings = lr_growth_settings(&o->thresholds);
	struct lr_summary *summary = lr_summary_make(s.model);
	struct lr_growth_view *growth = lr_growth_make(s.model, s.names, &q, &settings);
	struct lr_unreachable *unreachable =
		lr_unreachable_make(s.model, s.names, &q, s.suppressor);
	struct lr_report report = {.command = c->name,
		.summary = summary,
		.growth = growth,
		.unreachable = unreachable};
	int status = lr_session_print(&s, o, &report);
	lr_unreachable_free(unreachable);
	lr_growth_free(growth);
	lr_summary_free(summary);
	lr_session_close(&s);
	return status;
}

const struct lr_command lr_command_growth = {.name = "growth",
	.does = "which sites hold more and more",
	.help = "What each site holds along the run, and whether it grows without end, over time "
		"and over\n"
		"the program's allocations. What grows comes first. The dump may be of a program "
		"that\n"
		"still runs. Where it has two scans: what became unreachable between the first and "
		"the\n"
		"last.",
	.options = (LR_OPT_ALL & ~LR_OPT_SORT) | LR_OPT_GROWTH | LR_OPT_THRESHOLDS,
	.run = run};
