#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "tools/check/make.h"
#include "tools/check/together.h"
#include "tools/cmd/budgets.h"
#include "tools/util/text.h"

/* Rules that a person wrote stay; where they do not hold, that is told. */
static void tell_broken(const struct lr_budget *b, const struct lr_measured_runs *m)
{
	struct lr_check_query q = {.budget = b,
		.from_file = b->used,
		.runs = (const struct lr_measure *const *)m->runs,
		.runs_used = m->used};
	struct lr_check *c = lr_check_make(&q);
	for (size_t i = 0; i < c->rules_used; i++)
		if (c->rules[i].status != LR_CHECK_PASSED) {
			fputs("leakreport: a rule that was written by hand stays as it is: ",
				stderr);
			lr_put_safe(stderr, c->rules[i].text);
			fputs(": ", stderr);
			lr_put_safe(stderr, c->rules[i].why);
			fputc('\n', stderr);
		}
	lr_check_free(c);
}

static void tell_gaps(const struct lr_measured_runs *m, bool fresh)
{
	uint64_t missed = 0, unjudged = 0;
	if (fresh && lr_measure_leaks_vary(m->runs, m->used))
		fputs("leakreport: where blocks are lost is not the same in every run; there is "
		      "no rule no-new-leaks\n",
			stderr);
	for (size_t i = 0; i < m->used; i++) {
		missed += m->runs[i]->missed;
		unjudged += m->runs[i]->processes - m->runs[i]->judged;
	}
	if (missed)
		fprintf(stderr, "leakreport: %s %s missed; rules on counts cannot be judged\n",
			lr_show_count(missed).text, missed == 1 ? "event was" : "events were");
	if (unjudged)
		fputs("leakreport: some processes have no verdicts on their blocks; there are no "
		      "rules "
		      "on leaks\n",
			stderr);
}

static int make(
	const struct lr_options *o, struct lr_budget *old, bool fresh, char **dumps, size_t count)
{
	struct lr_measured_runs m = lr_budgets_measure(o, old, dumps, count, o->repeated);
	int status = m.status;
	if (status != LR_EXIT_DONE) {
		if (m.used)
			fputs("leakreport: what was read in part is no baseline\n", stderr);
		lr_measured_runs_free(&m);
		return status;
	}
	struct lr_budget *b = lr_budget_make(old, fresh, m.runs, m.used);
	tell_gaps(&m, fresh);
	tell_broken(b, &m);
	if (!o->output)
		lr_budget_write(b, stdout);
	else if (!lr_budgets_save(b, o->output))
		status = LR_EXIT_DAMAGED;
	lr_budget_free(b);
	lr_measured_runs_free(&m);
	return status;
}

/* A file that holds something: it must be a budget, or it is not written over. */
static bool is_there(const char *file)
{
	struct stat st;
	return file && stat(file, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
}

/* Of a rule that the file has on the same, the given one takes the place. */
static bool add_given(struct lr_budget *b, const struct lr_options *o)
{
	struct lr_budget *given = lr_budget_new();
	bool good = lr_budgets_add_given(given, o);
	for (size_t i = 0; good && i < given->used; i++) {
		char *id = lr_budget_rule_id(&given->rules[i]);
		size_t at = 0;
		for (; at < b->used; at++) {
			char *other = lr_budget_rule_id(&b->rules[at]);
			bool same = strcmp(id, other) == 0;
			free(other);
			if (same)
				break;
		}
		if (at == b->used) {
			lr_budget_add(b, &given->rules[i]);
		} else {
			struct lr_budget_rule old = b->rules[at];
			b->rules[at] = given->rules[i];
			given->rules[i] = old;
		}
		free(id);
	}
	lr_budget_free(given);
	return good;
}

static int run(const struct lr_command *c, const struct lr_options *o, char **dumps, size_t count)
{
	bool fresh = !is_there(o->output);
	struct lr_budget *old = fresh ? lr_budget_new() : lr_budgets_read(o->output);
	int status = LR_EXIT_USAGE;
	(void)c;
	if (old && add_given(old, o))
		status = make(o, old, fresh, dumps, count);
	lr_budget_free(old);
	return status;
}

const struct lr_command lr_command_baseline = {.name = "baseline",
	.does = "a budget for `check`, made from what a run did",
	.help = "Prints it, or writes it to --output=FILE. Of a file that is there, rules stay "
		"that a\n"
		"person has added, changed or given a reason; the numbers of the others are those "
		"of\nthis run.",
	.options =
		LR_OPT_NAMES | LR_OPT_SUPPRESS | LR_OPT_THRESHOLDS | LR_OPT_HELD | LR_OPT_BASELINE,
	.run = run};
