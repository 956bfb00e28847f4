/* Two runs, or two moments of one. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "tools/check/budget.h"
#include "tools/cmd/inputs.h"
#include "tools/cmd/measures.h"
#include "tools/source.h"
#include "tools/view/changes.h"

static void find_marks(struct lr_diff *diff, const struct lr_dump *d)
{
	for (int i = 0; i < 2; i++) {
		if (!d->mark[i])
			continue;
		diff->mark[i] = &d->marks[d->mark[i] - 1];
		diff->moment[i] = diff->mark[i]->at.time;
	}
}

static int moments(
	const struct lr_command *c, const struct lr_options *given, char **dumps, size_t count)
{
	struct lr_options options = *given;
	struct lr_session s;
	if (options.format == LR_FORMAT_markdown) {
		fputs("leakreport: diff of one dump has no --format=markdown; give text|json\n",
			stderr);
		return LR_EXIT_USAGE;
	}
	if (!options.marks[0] && !options.marks[1] && options.moments[0] > options.moments[1]) {
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
	find_marks(&diff, &s.model->dumps[0]);
	struct lr_report report = {.command = c->name, .summary = summary, .diff = &diff};
	int status = lr_session_print(&s, &options, &report);
	lr_resources_view_free(resources);
	lr_table_free(table);
	lr_summary_free(summary);
	lr_session_close(&s);
	return status;
}

/* One run: dumps, or a budget with what was measured. */
struct side {
	struct lr_inputs inputs;
	struct lr_measure *measure;
	struct lr_budget *budget;
	const struct lr_measure *shown; /* of either */
};

static int from_budget(struct side *s, const char *path)
{
	struct lr_error err = {{0}};
	s->budget = lr_budget_read(path, &err);
	if (!s->budget) {
		lr_say(path, err.text);
		return LR_EXIT_USAGE;
	}
	s->shown = s->budget->baseline;
	if (s->shown) {
		s->budget->baseline->rest_most = s->budget->rest_most;
		return LR_EXIT_DONE;
	}
	lr_say(path, "has rules alone, and no baseline; leakreport baseline writes one");
	return LR_EXIT_USAGE;
}

/* An empty file is rather a dump that nothing was written to. */
static bool is_budget(const struct side *s)
{
	struct stat st;
	return s->inputs.used == 1 && stat(s->inputs.paths[0], &st) == 0 && st.st_size > 0 &&
	       lr_budget_is_file(s->inputs.paths[0]);
}

static bool measure(struct side *s, const struct lr_options *o, int *status)
{
	struct lr_measures_options m = {.options = o, .by_thread = o->group == LR_GROUP_THREAD};
	int own = LR_EXIT_DONE;
	if (is_budget(s)) {
		own = from_budget(s, s->inputs.paths[0]);
	} else {
		s->measure = lr_measure_dumps(&m, s->inputs.paths, s->inputs.used, &own);
		s->shown = s->measure;
	}
	if (*status < own)
		*status = own;
	return s->shown != NULL;
}

/* More than two dumps: those of the first one's run, and those of another. False: there are other
 * numbers of runs. What cannot be read is told when it is measured. */
static bool part(struct side sides[2], const struct lr_inputs *all)
{
	uint64_t first = 0, second = 0;
	bool know_first = false, know_second = false;
	for (size_t i = 0; i < all->used; i++) {
		struct ltf_header h;
		bool is_first = true;
		if (lr_source_peek(all->paths[i], &h)) {
			is_first = !know_first || h.run_id == first;
			if (!know_first)
				first = h.run_id;
			know_first = true;
			if (!is_first && know_second && h.run_id != second)
				return false;
			if (!is_first)
				second = h.run_id;
			know_second |= !is_first;
		}
		lr_inputs_add_plain(&sides[!is_first].inputs, all->paths[i]);
	}
	return know_second;
}

static bool is_directory(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Two arguments are the two sides. One directory, or several arguments, must hold two runs. */
static bool find_sides(struct side sides[2], struct lr_inputs *all, char **args, size_t count)
{
	for (size_t i = 0; i < count; i++)
		lr_inputs_add(count == 2 ? &sides[i].inputs : all, args[i]);
	if (count == 2 || part(sides, all))
		return true;
	fputs("leakreport: diff takes two dumps, or two directories with the dumps of a run each; "
	      "of more than two dumps those of two runs\n",
		stderr);
	return false;
}

static int print(const struct lr_command *c, const struct lr_options *o,
	const struct lr_compare *compare, int status)
{
	struct lr_query q = lr_query_of(o, LR_SORT_ALLOCATIONS, 20, 6);
	struct lr_changes *changes = lr_changes_make(compare, &q, o->sort);
	struct lr_session none = {.status = status};
	struct lr_report report = {.command = c->name, .changes = changes};
	status = lr_session_print(&none, o, &report);
	lr_changes_free(changes);
	return status;
}

static int two_runs(
	const struct lr_command *c, const struct lr_options *o, char **args, size_t count)
{
	struct side sides[2] = {{.measure = NULL}};
	struct lr_inputs all = {.used = 0};
	int status = LR_EXIT_DONE;
	if (!find_sides(sides, &all, args, count)) {
		status = LR_EXIT_USAGE;
	} else if (measure(&sides[LR_BEFORE], o, &status) &&
		   measure(&sides[LR_AFTER], o, &status)) {
		struct lr_compare *compare =
			lr_compare_make(sides[LR_BEFORE].shown, sides[LR_AFTER].shown);
		status = print(c, o, compare, status);
		lr_compare_free(compare);
	}
	for (int i = 0; i < 2; i++) {
		lr_measure_free(sides[i].measure);
		lr_budget_free(sides[i].budget);
		lr_inputs_free(&sides[i].inputs);
	}
	lr_inputs_free(&all);
	return status;
}

static int run(const struct lr_command *c, const struct lr_options *o, char **args, size_t count)
{
	bool spans =
		o->moments[0] != 0 || o->moments[1] != UINT64_MAX || o->marks[0] || o->marks[1];
	if (count == 0) {
		fputs("leakreport: no dump is given; name one, or see --help\n", stderr);
		return LR_EXIT_USAGE;
	}
	if (count == 1 && !is_directory(args[0]))
		return moments(c, o, args, count);
	if (spans) {
		fputs("leakreport: diff takes one dump where --from or --to is given\n", stderr);
		return LR_EXIT_USAGE;
	}
	return two_runs(c, o, args, count);
}

const struct lr_command lr_command_diff = {.name = "diff",
	.does = "what is other in another run, or was live at one moment and not at another",
	.help = "Of two runs (two dumps, or two directories with the dumps of a run each; a "
		"budget file\n"
		"with a baseline is a run, too): totals, then\n"
		"the sites that have other counts, those that changed most first: what is lost, "
		"then\n"
		"allocations, or as --sort says. A site is known by its call path in names: other "
		"lines\n"
		"and addresses are no difference, and renamed functions are found by callers and\n"
		"callees. Of one dump: what was live at --to less what was live at --from, by "
		"site.",
	.options = (LR_OPT_ALL & ~(LR_OPT_SPAN | LR_OPT_FORMAT)) | LR_OPT_CHANGES | LR_OPT_MOMENTS |
		   LR_OPT_SUPPRESS | LR_OPT_THRESHOLDS,
	.own_arguments = true,
	.run = run};
