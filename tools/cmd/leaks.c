#include "tools/cmd/command.h"

static int run(const struct lr_command *c, const struct lr_options *o, char **dumps, size_t count)
{
	struct lr_query q = lr_query_of(o, LR_SORT_UNFREED, 20, 16);
	q.unfreed_only = true;
	return lr_session_table(c, o, dumps, count, &q);
}

const struct lr_command lr_command_leaks = {.name = "leaks",
	.does = "what was not freed at the end, by site",
	.help = "Blocks that were still live at the end, whether or not something still points to "
		"them.",
	.options = LR_OPT_ALL,
	.run = run};
