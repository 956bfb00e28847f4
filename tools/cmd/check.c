#include "tools/check/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tools/check/make.h"
#include "tools/check/together.h"
#include "tools/cmd/budgets.h"
#include "tools/cmd/inputs.h"
#include "tools/util/text.h"

/* What is asked for, as far as the command line says. */
struct asked {
	const struct lr_options *o;
	struct lr_budget *budget; /* its file's rules, then those that were given */
	size_t from_file;
	struct lr_inputs dumps;
	struct lr_measure *baseline; /* of dumps; NULL: none is given */
};

static int told(const char *text)
{
	fprintf(stderr, "leakreport: %s\n", text);
	return LR_EXIT_USAGE;
}

/* The baseline of a budget file goes in place of our own budget's; of a dump, it is measured. */
static int take_baseline(struct asked *a, const char *path)
{
	struct lr_budget *mine = a->budget;
	if (!lr_budget_is_file(path)) {
		struct lr_inputs in = {.used = 0};
		char *copy = strdup(path);
		lr_inputs_add(&in, copy);
		struct lr_measured_runs m =
			lr_budgets_measure(a->o, a->budget, in.paths, in.used, false);
		a->baseline = m.used ? m.runs[0] : NULL;
		free(m.runs);
		lr_inputs_free(&in);
		free(copy);
		return a->baseline ? LR_EXIT_DONE : m.status;
	}
	struct lr_budget *other = lr_budgets_read(path);
	if (!other)
		return LR_EXIT_USAGE;
	lr_measure_free(mine->baseline);
	mine->baseline = other->baseline;
	other->baseline = NULL;
	for (size_t i = 0; i < mine->pinned_used; i++)
		free(mine->pinned[i].id);
	mine->pinned_used = 0;
	for (size_t i = 0; i < other->pinned_used; i++)
		lr_budget_pin(mine, other->pinned[i].id, other->pinned[i].value);
	mine->rest_sites = other->rest_sites;
	mine->rest_most = other->rest_most;
	lr_budget_free(other);
	if (mine->baseline)
		return LR_EXIT_DONE;
	lr_say(path, "this budget has no baseline; `leakreport baseline` writes one");
	return LR_EXIT_USAGE;
}

/* An argument that reads as a rule and is no file is one. */
static bool take_arguments(struct asked *a, char **arguments, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool there = access(arguments[i], F_OK) == 0;
		bool meant = lr_budget_rule_is_meant(arguments[i]);
		if (!there && !meant && !strpbrk(arguments[i], "./")) {
			lr_say(arguments[i],
				"this is no file, and no rule: a rule has a limit, such as "
				"allocations<=1000, or is no-leaks or no-new-leaks");
			return false;
		}
		if (there || !meant)
			lr_inputs_add(&a->dumps, arguments[i]);
		else if (!lr_budgets_add(a->budget, arguments[i]))
			return false;
	}
	return true;
}

/* A rule cannot be held to a baseline that is not there. */
static bool has_baseline(const struct asked *a)
{
	if (a->baseline || a->budget->baseline)
		return true;
	for (size_t i = 0; i < a->budget->used; i++) {
		if (!lr_budget_rule_needs_baseline(&a->budget->rules[i]))
			continue;
		char *text = lr_budget_rule_text(&a->budget->rules[i]);
		lr_say(text, "there is no baseline to hold it to; give --baseline=DUMP, or write "
			     "one: leakreport baseline --output=FILE DUMP, then --budget=FILE");
		free(text);
		return false;
	}
	return true;
}

/* enum lr_format_choice of a text of n bytes; -1 none. */
static int format_named(const char *name, size_t n)
{
	for (int i = 0; i < LR_FORMAT_COUNT; i++)
		if (strlen(lr_formats[i].name) == n && memcmp(lr_formats[i].name, name, n) == 0)
			return i;
	return -1;
}

static bool writes_understood(const struct lr_options *o)
{
	for (size_t i = 0; i < o->writes_used; i++) {
		const char *colon = strchr(o->writes[i], ':');
		if (colon && colon[1] &&
			format_named(o->writes[i], (size_t)(colon - o->writes[i])) >= 0)
			continue;
		fprintf(stderr,
			"leakreport: --write=%s is not understood; give FORMAT:FILE, FORMAT one "
			"of those of --format\n",
			o->writes[i]);
		return false;
	}
	return true;
}

static int prepare(struct asked *a, char **arguments, size_t count)
{
	const struct lr_options *o = a->o;
	a->budget = o->budget ? lr_budgets_read(o->budget) : lr_budget_new();
	if (!a->budget)
		return LR_EXIT_USAGE;
	a->from_file = a->budget->used;
	if (!lr_budgets_add_given(a->budget, o) || !take_arguments(a, arguments, count) ||
		!writes_understood(o))
		return LR_EXIT_USAGE;
	struct lr_rules *suppressions = lr_rules_wanted(o);
	if (!suppressions)
		return LR_EXIT_USAGE;
	lr_rules_free(suppressions);
	if (a->budget->used == 0 && !o->validate)
		return told("nothing is checked; give --budget=FILE, or rules such as "
			    "\"allocations<=1000\" or no-leaks");
	if (o->tighten && !o->budget)
		return told("--tighten rewrites a budget file; give --budget=FILE");
	if (o->baseline) {
		int status = take_baseline(a, o->baseline);
		if (status != LR_EXIT_DONE)
			return status;
	}
	if (!has_baseline(a))
		return LR_EXIT_USAGE;
	if (!o->validate && a->dumps.used == 0)
		return told("no dump is given; name one, or see --help");
	return LR_EXIT_DONE;
}

static bool write_to(const struct lr_report *r, const char *to)
{
	static const struct lr_style plain;
	const char *file = strchr(to, ':') + 1;
	FILE *f = fopen(file, "we");
	if (f)
		lr_formats[format_named(to, (size_t)(file - 1 - to))].render(f, r, &plain);
	if (f && !fflush(f) && !ferror(f) && !fclose(f))
		return true;
	lr_say(file, strerror(errno));
	return false;
}

static bool print(const struct lr_options *o, const struct lr_report *r)
{
	bool good = true;
	struct lr_style style = lr_style_of(o);
	lr_formats[o->format].render(stdout, r, &style);
	for (size_t i = 0; i < o->writes_used; i++)
		good &= write_to(r, o->writes[i]);
	return good;
}

/* Rewrites the budget's file, where something in it is loose. */
static bool tighten(struct asked *a, const struct lr_check *c, struct lr_measured_runs *m)
{
	size_t given = a->budget->used - a->from_file;
	if (c->status != LR_CHECK_PASSED) {
		fputs("leakreport: the budget is not tightened, because the check did not pass\n",
			stderr);
		return true;
	}
	while (given-- > 0)
		lr_budget_rule_free(&a->budget->rules[--a->budget->used]);
	struct lr_measure *together = lr_measure_together(m->runs, m->used);
	size_t n = lr_budget_tighten(a->budget, c, together);
	if (!n) {
		lr_measure_free(together);
		return true;
	}
	if (!lr_budgets_save(a->budget, a->o->budget))
		return false;
	fprintf(stderr, "leakreport: %zu %s tightened\n", n, n == 1 ? "limit is" : "limits are");
	return true;
}

static int judge(struct asked *a, const char *name)
{
	struct lr_measured_runs m =
		lr_budgets_measure(a->o, a->budget, a->dumps.paths, a->dumps.used, a->o->repeated);
	int status = m.status;
	if (!m.used)
		return status;
	struct lr_check_query q = {.budget = a->budget,
		.from_file = a->from_file,
		.file = a->o->budget,
		.runs = (const struct lr_measure *const *)m.runs,
		.runs_used = m.used,
		.baseline = a->baseline,
		.site_limit = a->o->limit == UINT64_MAX ? 5 : a->o->limit};
	struct lr_check *c = lr_check_make(&q);
	struct lr_sources *sources = lr_sources_open(a->o->source_dirs, a->o->source_dirs_used);
	struct lr_report report = {
		.command = name, .check = c, .sources = sources, .brief = a->o->brief};
	if (!print(a->o, &report) || (a->o->tighten && !tighten(a, c, &m)))
		status = LR_EXIT_DAMAGED;
	if (c->status == LR_CHECK_UNKNOWN)
		status = LR_EXIT_DAMAGED;
	if (c->status == LR_CHECK_FAILED)
		status = LR_EXIT_FAILED;
	lr_sources_close(sources);
	lr_check_free(c);
	lr_measured_runs_free(&m);
	return status;
}

static int run(
	const struct lr_command *c, const struct lr_options *o, char **arguments, size_t count)
{
	struct asked a = {.o = o};
	int status = prepare(&a, arguments, count);
	if (status == LR_EXIT_DONE && !o->validate)
		status = judge(&a, c->name);
	lr_measure_free(a.baseline);
	lr_budget_free(a.budget);
	lr_inputs_free(&a.dumps);
	return status;
}

const struct lr_command lr_command_check = {.name = "check",
	.does = "holds a run to rules; exits 1 if one is broken",
	.help = "usage: leakreport check [OPTIONS] [RULE...] DUMP...\n\n"
		"A RULE is [SELECTOR:PATTERN[;SELECTOR:PATTERN..]:]METRIC OP LIMIT.\n"
		"  SELECTOR  program, thread, region, function, file, module, within, site\n"
		"  METRIC    allocations, bytes, temporary, peak, peak_blocks, live, live_bytes,\n"
		"            definite, indirect, possible, reachable, leaks, findings, "
		"findings.high,\n"
		"            a finding such as free.double or churn.*, descriptors, threads, "
		"timers,\n"
		"            mappings .. (also .created, .peak), entries, allocations/entry\n"
		"  OP LIMIT  <=1000, >=10, =5..9, <=64K, <=baseline+5%, =baseline~10\n"
		"or no-leaks or no-new-leaks. doc/BUDGETS.md has examples.\n"
		"Exits 0 when all rules hold, 1 when one is broken, 2 when a rule or a budget is "
		"not\n"
		"understood, 3 when a rule could not be judged.",
	.options = LR_OPT_OUTCOMES | LR_OPT_SOURCES | LR_OPT_LIMIT | LR_OPT_NAMES |
		   LR_OPT_SUPPRESS | LR_OPT_THRESHOLDS | LR_OPT_HELD | LR_OPT_CHECK,
	.own_arguments = true,
	.run = run};
