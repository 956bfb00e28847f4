/* One rule, judged. Numbers are held against the least of the repeated runs, because what other
 * threads and the time of day add is no change of the program; verdicts on blocks and findings
 * against the most, because what leaks once in ten runs leaks. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "tools/check/check_parts.h"
#include "tools/util/mem.h"
#include "tools/util/text.h"

/* Leaks of sites that had none in the baseline. */
static void keep_new(const struct lr_judging *j, size_t run, uint64_t *of)
{
	static const struct lr_selected all;
	const struct lr_compare *x = j->check->owned->compares[run];
	uint64_t *before = lr_calloc(j->baseline->sites_used + 1, sizeof(*before));
	lr_count_sites(j->rule, j->baseline, &all, before);
	for (size_t i = 0; i < j->q->runs[run]->sites_used; i++) {
		uint32_t was = lr_compare_before(x, (uint32_t)i);
		if (was && before[was - 1])
			of[i] = 0;
	}
	free(before);
}

uint64_t *lr_judge_sites(const struct lr_judging *j, size_t run)
{
	const struct lr_measure *m = j->q->runs[run];
	uint64_t *of = lr_calloc(m->sites_used + 1, sizeof(*of));
	struct lr_selected s = lr_select(j->rule, m, j->check->owned->was[run]);
	bool told = lr_count_sites(j->rule, m, &s, of);
	lr_selected_free(&s);
	if (told && j->rule->what.kind == LR_QUANTITY_NEW_LEAKS)
		keep_new(j, run, of);
	if (told)
		return of;
	free(of);
	return NULL;
}

uint64_t lr_judge_count(const struct lr_judging *j, size_t run, bool *nothing)
{
	const struct lr_measure *m = j->q->runs[run];
	struct lr_selected s = lr_select(j->rule, m, j->check->owned->was[run]);
	uint64_t sum = 0;
	*nothing = s.nothing;
	if (j->rule->what.kind != LR_QUANTITY_NEW_LEAKS) {
		sum = lr_count(j->rule, m, &s);
	} else if (j->baseline) {
		uint64_t *of = lr_judge_sites(j, run);
		for (size_t i = 0; i < m->sites_used; i++)
			sum = lr_sum(sum, of[i]);
		free(of);
	}
	lr_selected_free(&s);
	return sum;
}

static bool holds_most(const struct lr_quantity *q)
{
	return lr_quantity_is_verdict(q) || q->kind == LR_QUANTITY_FINDINGS;
}

static void count_runs(struct lr_judging *j)
{
	struct lr_check_rule *o = j->out;
	j->nothing = true;
	for (size_t r = 0; r < j->q->runs_used; r++) {
		bool nothing;
		uint64_t v = lr_judge_count(j, r, &nothing);
		j->nothing &= nothing;
		if (r == 0 || (holds_most(&j->rule->what) ? v > o->actual : v < o->actual)) {
			o->actual = v;
			j->run = r;
		}
		o->lowest = r == 0 || v < o->lowest ? v : o->lowest;
		o->highest = r == 0 || v > o->highest ? v : o->highest;
	}
	o->deterministic = o->lowest == o->highest;
}

/* Regions by functions' names, of which entries are not counted, are among those of the rule. */
static bool has_unentered(const struct lr_budget_rule *r, const struct lr_measure *m)
{
	struct lr_selected s = lr_select(r, m, NULL);
	bool found = false;
	for (size_t i = 0; i < m->regions_used; i++)
		found |= s.regions[i] && m->regions[i].entries == 0;
	lr_selected_free(&s);
	return found;
}

/* False: the baseline cannot tell, and why says so. */
static bool look_at_baseline(struct lr_judging *j, const char **why)
{
	struct lr_check_rule *o = j->out;
	if (!j->baseline)
		return true;
	struct lr_selected s = lr_select(j->rule, j->baseline, NULL);
	const uint64_t *pinned = j->q->baseline ? NULL : lr_budget_pinned(j->q->budget, o->id);
	bool fresh = j->rule->what.kind == LR_QUANTITY_NEW_LEAKS;
	const char *lacks = lr_count_lacks(j->rule, j->baseline);
	o->has_baseline =
		!fresh && !lacks &&
		!(lr_quantity_is_region(&j->rule->what) && has_unentered(j->rule, j->baseline));
	j->low = pinned ? *pinned : fresh ? 0 : lr_count(j->rule, j->baseline, &s);
	j->high = pinned ? j->low : lr_sum(j->low, lr_count_rest(j->rule, j->baseline));
	o->baseline = j->low;
	lr_selected_free(&s);
	if (!lr_budget_rule_needs_baseline(j->rule))
		return true;
	if (lacks && !pinned)
		*why = lr_check_keep(
			j->check, lr_format("of the baseline: %s; write it again", lacks));
	else if (lr_quantity_is_verdict(&j->rule->what) &&
		 j->baseline->judged < j->baseline->processes)
		*why = "the baseline has processes without verdicts on their blocks; write it "
		       "again";
	return !*why;
}

/* NULL: the run can tell. */
static const char *run_lacks(const struct lr_judging *j, const struct lr_measure *m)
{
	const char *lacks = lr_count_lacks(j->rule, m);
	if (lacks)
		return lr_check_keep(j->check, lr_format("of the run: %s", lacks));
	if (lr_quantity_is_region(&j->rule->what) && has_unentered(j->rule, m))
		return "how often a function is entered is not known, only regions that the "
		       "program "
		       "begins";
	if (lr_quantity_is_verdict(&j->rule->what) && m->judged + m->untraced < m->processes)
		return lr_check_keep(j->check,
			lr_format("%" PRIu64 " of %" PRIu64 " processes have no verdicts on their "
				  "blocks (ended by a signal, or "
				  "LEAKTRACE_SCAN=none?)",
				m->processes - m->judged - m->untraced, m->processes));
	return NULL;
}

/* NULL: all that the run did was seen. */
static const char *run_gaps(const struct lr_measure *m)
{
	if (m->damaged)
		return "a part of the dumps could not be read";
	if (m->untraced)
		return "a program is not traced, because it is built with a sanitizer";
	return m->missed ? "events were missed" : NULL;
}

/* With what is missing it could only be more. */
static bool grows(const struct lr_budget_rule *r)
{
	return r->what.kind == LR_QUANTITY_METRIC
		       ? r->what.metric <= LR_METRIC_BYTES || r->what.metric >= LR_METRIC_DEFINITE
		       : r->what.kind != LR_QUANTITY_RESOURCE ||
				 r->what.field == LR_RESOURCE_CREATED;
}

/* "12 allocations, 2 more than the 10 allowed" */
static char *sentence(const struct lr_judging *j, bool over, bool under)
{
	const struct lr_check_rule *o = j->out;
	char *words = lr_quantity_words(&j->rule->what, o->actual), *text;
	struct lr_short actual = lr_show_count(o->actual), max = lr_show_count(o->max),
			min = lr_show_count(o->min);
	if (over && o->max == 0)
		text = lr_format("%s %s, none allowed", actual.text, words);
	else if (over)
		text = lr_format("%s %s, %s more than the %s allowed", actual.text, words,
			lr_show_count(o->actual - o->max).text, max.text);
	else if (under)
		text = lr_format("%s %s, %s %s than the %s there must be", actual.text, words,
			lr_show_count(o->min - o->actual).text, o->bytes ? "less" : "fewer",
			min.text);
	else if (o->has_max && o->has_min)
		text = o->min == o->max ? lr_format("%s %s, exactly as allowed", actual.text, words)
					: lr_format("%s %s, %s to %s allowed", actual.text, words,
						  min.text, max.text);
	else if (o->has_max && o->max == 0)
		text = lr_format("no %s", words);
	else
		text = lr_format("%s %s, at %s %s", actual.text, words,
			o->has_max ? "most" : "least", o->has_max ? max.text : min.text);
	free(words);
	return text;
}

/* Limits in numbers; out: how many values lie outside for certain, may: perhaps. */
static void judge_limits(struct lr_judging *j, bool *over, bool *under, bool *maybe)
{
	struct lr_check_rule *o = j->out;
	bool never_low, never_high;
	o->has_max = j->rule->max.kind != LR_BOUND_NONE;
	o->has_min = j->rule->min.kind != LR_BOUND_NONE;
	if (o->has_max) {
		o->max = lr_bound_max(&j->rule->max, j->low, &never_low);
		uint64_t high = lr_bound_max(&j->rule->max, j->high, &never_high);
		*over = never_high || o->actual > high;
		*maybe = !*over && (never_low || o->actual > o->max);
	}
	if (o->has_min) {
		uint64_t high = lr_bound_min(&j->rule->min, j->high, &never_high);
		o->min = lr_bound_min(&j->rule->min, j->low, &never_low);
		*under = never_low || o->actual < o->min;
		*maybe |= !*under && (never_high || o->actual < high);
	}
}

static void unknown(struct lr_judging *j, const char *why)
{
	j->out->status = LR_CHECK_UNKNOWN;
	j->out->why = why;
}

static void tell_remarks(struct lr_judging *j)
{
	struct lr_check_rule *o = j->out;
	bool apart = j->rule->pattern[LR_SELECT_THREAD] || j->rule->pattern[LR_SELECT_REGION];
	if (j->nothing && !j->check->owned->absent)
		lr_check_remark(j->check, LR_REMARK_NOTHING,
			lr_format("%s: nothing in this run matches; is it spelt right?", o->text));
	if (o->deterministic)
		return;
	lr_check_remark(j->check, LR_REMARK_VARIES,
		lr_format("%s: not the same in all runs, %s to %s%s", o->id,
			lr_show_count(o->lowest).text, lr_show_count(o->highest).text,
			apart || holds_most(&j->rule->what)
				? ""
				: "; a rule on a thread or a region may be steadier"));
}

void lr_judge(struct lr_judging *j)
{
	struct lr_check_rule *o = j->out;
	const char *why = NULL;
	bool over = false, under = false, maybe = false;
	o->id = lr_check_keep(j->check, lr_budget_rule_id(j->rule));
	o->text = lr_check_keep(j->check, lr_budget_rule_text(j->rule));
	o->metric = lr_check_keep(j->check, lr_quantity_text(&j->rule->what));
	o->bytes = lr_quantity_is_bytes(&j->rule->what);
	o->unit[0] = lr_quantity_unit(&j->rule->what, false);
	o->unit[1] = lr_quantity_unit(&j->rule->what, true);
	o->reason = j->rule->reason;
	count_runs(j);
	tell_remarks(j);
	if (!look_at_baseline(j, &why)) {
		unknown(j, why);
		return;
	}
	judge_limits(j, &over, &under, &maybe);
	for (size_t r = 0; r < j->q->runs_used && !why; r++)
		why = run_lacks(j, j->q->runs[r]);
	bool enough = !why && !o->has_max && !under;
	for (size_t r = 0; r < j->q->runs_used && !why; r++)
		why = run_gaps(j->q->runs[r]);
	if (why && !((over || enough) && grows(j->rule))) {
		unknown(j, why);
		return;
	}
	if (!over && !under && maybe) {
		unknown(j, "the baseline keeps only its largest sites, without those of this rule; "
			   "write "
			   "it again with the rule in it");
		return;
	}
	o->status = over || under ? LR_CHECK_FAILED : LR_CHECK_PASSED;
	o->why = lr_check_keep(j->check, sentence(j, over, under));
}
