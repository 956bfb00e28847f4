/* What programs tell of themselves by leaktrace.h: regions, marks, names of threads; and the table
 * by which they find all of it. */
#include "include/leaktrace.h"
#include "lib/hook.h"
#include "lib/regions.h"
#include "lib/told.h"

static unsigned region_begin(const char *name)
{
	struct lt_regs regs;
	LT_REGS_CALLER(&regs);
	return lt_region_begin(name, &regs);
}

static void region_end(const char *name)
{
	struct lt_regs regs;
	LT_REGS_CALLER(&regs);
	lt_region_end(name, &regs);
}

static void region_leave(unsigned number)
{
	struct lt_regs regs;
	LT_REGS_CALLER(&regs);
	lt_region_leave(number, &regs);
}

static void mark(const char *name)
{
	struct lt_regs regs;
	LT_REGS_CALLER(&regs);
	lt_region_mark(name, &regs);
}

/* Older programs look each function up by itself. */
extern const struct leaktrace_calls_ leaktrace_tracer_calls;
LT_PUBLIC const struct leaktrace_calls_ leaktrace_tracer_calls = {
	.size = sizeof(struct leaktrace_calls_),
	.pause = leaktrace_tracer_pause,
	.resume = leaktrace_tracer_resume,
	.scan = leaktrace_tracer_scan,
	.ignore = leaktrace_tracer_ignore,
	.root = leaktrace_tracer_root,
	.unroot = leaktrace_tracer_unroot,
	.region_begin = region_begin,
	.region_end = region_end,
	.region_leave = region_leave,
	.mark = mark,
	.thread_name = lt_region_called,
	.stats = lt_stats};
