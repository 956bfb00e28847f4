/* The verdict on one or more runs: each rule is judged by itself. */
#include "tools/check/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "tools/check/check_parts.h"
#include "tools/util/mem.h"
#include "tools/util/text.h"

const char *lr_check_keep(struct lr_check *c, char *text)
{
	struct lr_check_owned *o = c->owned;
	LR_GROW(o->texts, o->texts_used, o->texts_room);
	return o->texts[o->texts_used++] = text;
}

void lr_check_note(struct lr_check *c, char *text)
{
	struct lr_check_owned *o = c->owned;
	lr_check_keep(c, text);
	for (size_t i = 0; i < c->notes_used; i++)
		if (strcmp(o->notes[i], text) == 0)
			return;
	LR_GROW(o->notes, c->notes_used, o->notes_room);
	o->notes[c->notes_used++] = text;
	c->notes = (const char *const *)o->notes;
}

enum { REMARKS = 10 }; /* that are told of a kind */

void lr_check_remark(struct lr_check *c, enum lr_remark kind, char *text)
{
	if (c->owned->remarks[kind]++ < REMARKS)
		lr_check_note(c, text);
	else
		free(text);
}

static void tell_remarks_left(struct lr_check *c)
{
	static const char *const words[LR_REMARKS] = {[LR_REMARK_NOTHING] = "match nothing",
		[LR_REMARK_VARIES] = "are not the same in all runs"};
	for (int i = 0; i < LR_REMARKS; i++)
		if (c->owned->remarks[i] > REMARKS)
			lr_check_note(c, lr_format("%zu more rules %s",
						 c->owned->remarks[i] - REMARKS, words[i]));
}

static void compare_all(struct lr_check *c, const struct lr_check_query *q)
{
	struct lr_check_owned *o = c->owned;
	o->compares = lr_calloc(q->runs_used, sizeof(*o->compares));
	o->was = lr_calloc(q->runs_used, sizeof(*o->was));
	for (size_t r = 0; c->baseline && r < q->runs_used; r++) {
		const struct lr_measure *run = q->runs[r];
		o->compares[r] = lr_compare_make(c->baseline, run);
		o->was[r] = lr_calloc(run->sites_used + 1, sizeof(**o->was));
		for (size_t i = 0; i < run->sites_used; i++) {
			const struct lr_compare *x = o->compares[r];
			const struct lr_compared_site *s = &x->sites[x->joined[LR_AFTER][i]];
			if (s->join == LR_JOIN_RENAMED)
				o->was[r][i] = &c->baseline->sites[s->site[LR_BEFORE] - 1];
		}
	}
}

static void tell_renamed(struct lr_check *c)
{
	enum { SHOWN = 5 };
	const struct lr_compare *x = c->owned->compares[0];
	for (size_t i = 0; x && i < x->renamings_used && i < SHOWN; i++)
		lr_check_note(c, lr_format("%s is called %s now (same callers and callees)",
					 x->renamings[i].from, x->renamings[i].to));
	if (x && x->renamings_used > SHOWN)
		lr_check_note(c, lr_format("%zu more functions are called otherwise now",
					 x->renamings_used - SHOWN));
}

/* What of a run makes its counts less than sure. */
static void tell_gaps(struct lr_check *c)
{
	const struct lr_measure *m = c->measure;
	if (m->damaged)
		lr_check_note(c, lr_strdup("a part of the dumps could not be read; counts are at "
					   "least what they say"));
	if (m->untraced)
		lr_check_note(c, lr_format("%s %s not traced: built with a sanitizer",
					 lr_show_count(m->untraced).text,
					 m->untraced == 1 ? "process is" : "processes are"));
	if (m->missed)
		lr_check_note(c, lr_format("%s %s missed; counts are at least what they say",
					 lr_show_count(m->missed).text,
					 m->missed == 1 ? "event was" : "events were"));
}

static void tell_partly(struct lr_check *c)
{
	if (c->failed && c->baseline && !c->baseline->whole)
		lr_check_note(c, lr_strdup("the baseline keeps only its largest sites; what is "
					   "called new may have been among the small ones"));
}

static bool has_program(const struct lr_measure *m, const char *name)
{
	for (size_t i = 0; i < m->programs_used; i++)
		if (strcmp(m->programs[i].name, name) == 0)
			return true;
	return false;
}

/* A test that no longer runs is within all limits: so it is told. */
static void tell_absent(struct lr_check *c)
{
	enum { SHOWN = 5 };
	char *names = lr_strdup("");
	size_t absent = 0;
	for (size_t i = 0; c->baseline && i < c->baseline->programs_used; i++) {
		const char *name = c->baseline->programs[i].name;
		if (has_program(c->measure, name) || absent++ >= SHOWN)
			continue;
		char *more = lr_format("%s%s%s", names, *names ? ", " : "", name);
		free(names);
		names = more;
	}
	c->owned->absent = absent;
	if (absent)
		lr_check_note(c, lr_format("%zu %s of the baseline did not run: %s%s", absent,
					 absent == 1 ? "program" : "programs", names,
					 absent > SHOWN ? " .." : ""));
	free(names);
}

static char *program_words(const struct lr_measure *m)
{
	if (m->programs_used == 0)
		return lr_strdup("(unknown program)");
	if (m->programs_used == 1)
		return lr_strdup(m->programs[0].name);
	return lr_format("%s and %zu %s", m->programs[0].name, m->programs_used - 1,
		m->programs_used == 2 ? "other" : "others");
}

static int by_id(const void *pa, const void *pb)
{
	const struct lr_check_rule *a = *(struct lr_check_rule *const *)pa,
				   *b = *(struct lr_check_rule *const *)pb;
	int c = strcmp(a->id, b->id);
	return c ? c : a < b ? -1 : a > b;
}

/* The ids of two rules differ, also where they are on the same. */
static void number_ids(struct lr_check *c)
{
	struct lr_check_rule **sorted = lr_calloc(c->rules_used + 1, sizeof(*sorted));
	size_t same = 1;
	for (size_t i = 0; i < c->rules_used; i++)
		sorted[i] = &c->rules[i];
	qsort(sorted, c->rules_used, sizeof(*sorted), by_id);
	const char *before = "";
	for (size_t i = 0; i < c->rules_used; i++) {
		same = strcmp(before, sorted[i]->id) == 0 ? same + 1 : 1;
		before = sorted[i]->id;
		if (same > 1)
			sorted[i]->id = lr_check_keep(c, lr_format("%s#%zu", before, same));
	}
	free(sorted);
}

static void judge_all(struct lr_check *c, const struct lr_check_query *q)
{
	for (size_t i = 0; i < q->budget->used; i++) {
		struct lr_check_rule *out = &c->rules[i];
		struct lr_judging j = {.q = q,
			.check = c,
			.rule = &q->budget->rules[i],
			.out = out,
			.baseline = c->baseline};
		lr_judge(&j);
		if (out->status == LR_CHECK_FAILED)
			lr_judge_culprits(&j);
		if (out->status == LR_CHECK_PASSED && i < q->from_file)
			lr_judge_loose(&j);
		c->passed += out->status == LR_CHECK_PASSED;
		c->failed += out->status == LR_CHECK_FAILED;
		c->unknown += out->status == LR_CHECK_UNKNOWN;
		c->loose += out->loose;
		c->status = out->status > c->status ? out->status : c->status;
	}
}

struct lr_check *lr_check_make(const struct lr_check_query *q)
{
	struct lr_check *c = lr_calloc(1, sizeof(*c));
	c->owned = lr_calloc(1, sizeof(*c->owned));
	c->measure = q->runs[0];
	c->baseline = q->baseline ? q->baseline : q->budget->baseline;
	c->program = lr_check_keep(c, program_words(c->measure));
	c->command = c->measure->command;
	c->budget = q->file;
	c->runs = q->runs_used;
	c->duration_us = c->measure->duration_us;
	c->rules_used = q->budget->used;
	c->rules = lr_calloc(c->rules_used + 1, sizeof(*c->rules));
	compare_all(c, q);
	tell_absent(c);
	tell_renamed(c);
	tell_gaps(c);
	judge_all(c, q);
	tell_remarks_left(c);
	tell_partly(c);
	number_ids(c);
	return c;
}

void lr_check_free(struct lr_check *c)
{
	if (!c)
		return;
	struct lr_check_owned *o = c->owned;
	for (size_t i = 0; i < o->texts_used; i++)
		free(o->texts[i]);
	for (size_t i = 0; i < c->runs; i++) {
		lr_compare_free(o->compares[i]);
		free(o->was[i]);
	}
	for (size_t i = 0; i < c->rules_used; i++)
		free(c->rules[i].sites);
	free(o->compares);
	free(o->was);
	free(o->texts);
	free(o->notes);
	free(o);
	free(c->rules);
	free(c);
}
