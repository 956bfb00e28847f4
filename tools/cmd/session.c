/* What most commands do first and last: load the dumps, print the report. */
#include "tools/cmd/command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tools/load.h"
#include "tools/util/text.h"

void lr_say(const char *file, const char *text)
{
	flockfile(stderr);
	fputs("leakreport: ", stderr);
	lr_put_safe(stderr, file);
	fputs(": ", stderr);
	lr_put_safe(stderr, text);
	fputc('\n', stderr);
	funlockfile(stderr);
}

static void progress(void *ctx, const struct lr_source *s)
{
	int *last = ctx;
	uint64_t done, total;
	lr_source_progress(s, &done, &total);
	int percent = total ? (int)((double)done * 100 / (double)total) : 100;
	if (percent == *last)
		return;
	*last = percent;
	fprintf(stderr, "\rreading %3d %%", percent);
}

static void progress_done(const int *last)
{
	if (*last >= 0)
		fputs("\r             \r", stderr);
}

static void warn(void *context, const char *text)
{
	(void)context;
	lr_say("symbols", text);
}

static struct lr_names *open_names(const struct lr_model *m, const struct lr_options *o)
{
	char *cache = o->no_symbol_cache ? NULL : lr_symbols_cache_dir();
	struct lr_symbol_options symbols = {.sysroot = o->sysroot,
		.cache_dir = cache,
		.debug_dirs = o->debug_dirs,
		.debug_dir_count = o->debug_dirs_used,
		.debuginfod = o->debuginfod,
		.warn = warn};
	struct lr_names *names = lr_names_open(m, &symbols);
	free(cache);
	return names;
}

/* What the program calls its marks, where it has none of that name. */
static void tell_marks(const struct lr_model *m, const char *wanted)
{
	enum { SHOWN = 8 };
	const char *last = NULL;
	int shown = 0;
	fputs("leakreport: no mark is called ", stderr);
	lr_put_safe(stderr, wanted);
	for (size_t d = 0; d < m->dumps_used; d++)
		for (size_t i = 0; i < m->dumps[d].marks_used && shown < SHOWN; i++) {
			const char *name = m->dumps[d].marks[i].name;
			if (last && strcmp(last, name) == 0)
				continue;
			fputs(shown++ ? ", " : "; there are ", stderr);
			lr_put_safe(stderr, name);
			last = name;
		}
	fputs(shown ? "\n" : "; there are none\n", stderr);
}

/* False: no dump has a mark that is asked for. */
static bool has_marks(const struct lr_model *m, const struct lr_options *o)
{
	bool found = !o->marks[0] && !o->marks[1];
	for (size_t i = 0; i < m->dumps_used; i++)
		found |= m->dumps[i].mark[0] != UINT32_MAX;
	if (!found)
		tell_marks(m, o->marks[0] ? o->marks[0] : o->marks[1]);
	return found;
}

bool lr_session_open(
	struct lr_session *s, const struct lr_options *o, char **dumps, size_t count, uint32_t keep)
{
	int percent = -1;
	uint64_t growth = lr_threshold(&o->thresholds, LR_THRESHOLD_GROWTH_UNBOUNDED_BYTES);
	struct lr_load_options load = {
		.selection = {.min_size = o->min_size,
			.max_size = o->max_size,
			.from = o->from,
			.to = o->to,
			.moments = o->moments_wanted,
			.moment = {o->moments[0], o->moments[1]},
			.follow = growth / 4 < lr_selection_all.follow ? growth / 4
								       : lr_selection_all.follow,
			.open_at = o->at,
			.by_thread = o->group == LR_GROUP_THREAD || o->thread != NULL,
			.by_region = o->by_region || o->region != NULL},
		.limits = &lr_limits_default,
		.marks = {o->marks[0], o->marks[1]},
		.keep_scans = keep,
		.progress = isatty(STDERR_FILENO) ? progress : NULL,
		.progress_ctx = &percent};
	*s = (struct lr_session){.rules = lr_rules_wanted(o)};
	if (!s->rules) {
		s->status = LR_EXIT_USAGE;
		return false;
	}
	s->model = lr_model_new();
	for (size_t i = 0; i < count; i++) {
		struct lr_error err = {{0}};
		int failed = lr_load(s->model, dumps[i], &load, &err);
		progress_done(&percent);
		percent = -1;
		if (failed) {
			lr_say(dumps[i], err.text);
			s->status = LR_EXIT_DAMAGED;
			continue;
		}
		const struct lr_dump *d = &s->model->dumps[s->model->dumps_used - 1];
		if (lr_dump_damaged(d)) {
			lr_say(dumps[i], d->status.damage.text);
			s->status = LR_EXIT_DAMAGED;
		}
	}
	if (s->model->dumps_used && !has_marks(s->model, o))
		s->status = LR_EXIT_USAGE;
	if (s->model->dumps_used == 0 || s->status == LR_EXIT_USAGE) {
		lr_model_free(s->model);
		lr_rules_free(s->rules);
		return false;
	}
	s->names = open_names(s->model, o);
	s->suppressor = lr_suppressor_new(s->model, s->names, s->rules);
	return true;
}

void lr_session_close(struct lr_session *s)
{
	lr_suppressor_free(s->suppressor);
	lr_names_close(s->names);
	lr_model_free(s->model);
	lr_rules_free(s->rules);
}

struct lr_style lr_style_of(const struct lr_options *o)
{
	struct lr_style style = {.color = o->color == LR_COLOR_ALWAYS};
	if (o->color == LR_COLOR_AUTO)
		style.color = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	return style;
}

int lr_session_print(
	struct lr_session *s, const struct lr_options *o, const struct lr_report *report)
{
	struct lr_report whole = *report;
	struct lr_style style = lr_style_of(o);
	whole.thresholds = &o->thresholds;
	lr_formats[o->format].render(stdout, &whole, &style);
	return s->status;
}

struct lr_query lr_query_of(
	const struct lr_options *o, enum lr_sort sort, size_t limit, size_t stack_max)
{
	return (struct lr_query){.group = (enum lr_group)o->group,
		.sort = o->sort >= 0 ? (enum lr_sort)o->sort : sort,
		.limit = o->limit == UINT64_MAX ? limit : o->limit,
		.stack_max = o->stack == UINT64_MAX ? stack_max : o->stack,
		.function = o->function,
		.file = o->file,
		.module = o->module,
		.thread = o->thread,
		.region = o->region};
}

struct lr_leak_query lr_leak_query_of(
	const struct lr_session *s, const struct lr_options *o, const struct lr_query *sites)
{
	return (struct lr_leak_query){.sites = sites,
		.suppressor = s->suppressor,
		.thresholds = &o->thresholds,
		.classes = o->kinds ? o->kinds : LR_LEAK_DEFAULT,
		.scan = o->scan ? (uint32_t)o->scan : LR_SCANS_LAST};
}

int lr_session_table(const struct lr_command *c, const struct lr_options *o, char **dumps,
	size_t count, const struct lr_query *q)
{
	struct lr_session s;
	if (!lr_session_open(&s, o, dumps, count, LR_SCANS_NONE))
		return s.status;
	struct lr_summary *summary = lr_summary_make(s.model);
	struct lr_table *table = lr_table_make(s.model, s.names, q);
	struct lr_report report = {
		.command = c->name, .summary = summary, .headline = false, .table = table};
	int status = lr_session_print(&s, o, &report);
	lr_table_free(table);
	lr_summary_free(summary);
	lr_session_close(&s);
	return status;
}
