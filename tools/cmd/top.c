#include "tools/cmd/command.h"

static int run(const struct lr_command *c, const struct lr_options *o, char **dumps, size_t count)
{
	struct lr_query q = lr_query_of(o, LR_SORT_BYTES, 20, 8);
	return lr_session_table(c, o, dumps, count, &q);
}

const struct lr_command lr_command_top = {.name = "top",
	.does = "where memory is allocated",
	.help = "Rows come by --sort: allocations, bytes (the default), peak (what a site held "
		"when all\n"
		"live bytes were most), unfreed (live at the end) or temporary (freed by their "
		"thread\n"
		"before that thread's next allocation).",
	.options = LR_OPT_ALL,
	.run = run};
