#include "tools/cmd/command.h"

#include <stdint.h>

static int run(const struct lr_command *c, const struct lr_options *o, char **dumps, size_t count)
{
	struct lr_session s;
	(void)c;
	if (!lr_session_open(&s, o, dumps, count, LR_SCANS_NONE))
		return s.status;
	struct lr_query q = lr_query_of(o, LR_SORT_BYTES, SIZE_MAX, SIZE_MAX);
	struct lr_table *table = lr_table_make(s.model, s.names, &q);
	lr_render_collapsed(stdout, table);
	lr_table_free(table);
	lr_session_close(&s);
	return s.status;
}

const struct lr_command lr_command_export = {.name = "export",
	.does = "collapsed stacks, for flame graphs",
	.help = "A line per stack: its frames from the root, parted by semicolons, and the value "
		"that --sort\n"
		"names (bytes).",
	.options = LR_OPT_SORT | LR_OPT_LIMIT | LR_OPT_SELECT | LR_OPT_SPAN | LR_OPT_NAMES,
	.run = run};
