#include "tools/check/rule.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

#define LR_SELECTOR_WORD(name, word) word,
const char *const lr_selector_words[LR_SELECTOR_COUNT] = {LR_SELECTORS(LR_SELECTOR_WORD)};

void lr_budget_rule_free(struct lr_budget_rule *r)
{
	for (int i = 0; i < LR_SELECTOR_COUNT; i++)
		free(r->pattern[i]);
	lr_path_pattern_free(&r->path);
	lr_quantity_free(&r->what);
	free(r->reason);
	*r = (struct lr_budget_rule){0};
}

const char *lr_budget_rule_word(const struct lr_budget_rule *r)
{
	bool none = r->max.kind == LR_BOUND_NUMBER && r->max.amount == 0 &&
		    r->min.kind == LR_BOUND_NONE;
	if (none && r->what.kind == LR_QUANTITY_LEAKS)
		return "no-leaks";
	return none && r->what.kind == LR_QUANTITY_NEW_LEAKS ? "no-new-leaks" : NULL;
}

bool lr_budget_rule_select(struct lr_budget_rule *r, enum lr_selector by, const char *pattern,
	size_t n, struct lr_error *err)
{
	const char *word = lr_selector_words[by];
	size_t back = 0;
	while (back < n && pattern[n - 1 - back] == '\\')
		back++;
	if (r->pattern[by])
		lr_error_set(err, "\"%s\" is given twice; a rule has one of each", word);
	else if (n == 0)
		lr_error_set(err, "the pattern of \"%s\" is empty; * is any", word);
	else if (back % 2)
		lr_error_set(err, "the pattern of \"%s\" ends with a backslash", word);
	if (err->text[0])
		return false;
	r->pattern[by] = lr_strndup(pattern, n);
	if (by != LR_SELECT_SITE || lr_path_pattern_parse(&r->path, r->pattern[by]))
		return true;
	lr_error_set(
		err, "\"%.80s\": a function is empty; ** is any number of them", r->pattern[by]);
	return false;
}

bool lr_budget_rule_by_site(const struct lr_budget_rule *r)
{
	for (int i = LR_SELECT_FUNCTION; i < LR_SELECTOR_COUNT; i++)
		if (r->pattern[i])
			return true;
	return false;
}

bool lr_budget_rule_needs_baseline(const struct lr_budget_rule *r)
{
	return r->min.kind == LR_BOUND_BASELINE || r->max.kind == LR_BOUND_BASELINE ||
	       r->what.kind == LR_QUANTITY_NEW_LEAKS;
}

/* Of what nothing tells the parts apart. */
static bool parts_agree(const struct lr_budget_rule *r, struct lr_error *err)
{
	const struct lr_quantity *q = &r->what;
	bool counted = q->kind == LR_QUANTITY_FINDINGS || q->kind == LR_QUANTITY_RESOURCE;
	char *what = lr_quantity_text(q);
	if (lr_quantity_is_region(q) && !r->pattern[LR_SELECT_REGION])
		lr_error_set(err, "%s needs a region: region:NAME:%s", what, what);
	else if (lr_quantity_is_region(q) &&
		 (r->pattern[LR_SELECT_THREAD] || lr_budget_rule_by_site(r)))
		lr_error_set(err, "%s can be told by program and region alone", what);
	for (int i = LR_SELECT_THREAD;
		(counted || lr_quantity_is_verdict(q)) && i <= LR_SELECT_REGION; i++)
		if (r->pattern[i])
			lr_error_set(err,
				"%s cannot be told by %s; but by program, function, file, module, "
				"within and site",
				what, lr_selector_words[i]);
	free(what);
	return !err->text[0];
}

bool lr_budget_rule_agrees(const struct lr_budget_rule *r, struct lr_error *err)
{
	if (r->min.kind == LR_BOUND_NUMBER && r->max.kind == LR_BOUND_NUMBER &&
		r->min.amount > r->max.amount)
		lr_error_set(err, "at least %" PRIu64 " and at most %" PRIu64 " cannot both be",
			r->min.amount, r->max.amount);
	else if (r->min.kind == LR_BOUND_NONE && r->max.kind == LR_BOUND_NONE)
		lr_error_set(err, "there is no limit");
	else if (r->what.kind == LR_QUANTITY_NEW_LEAKS && !lr_budget_rule_word(r))
		lr_error_set(err, "new leaks have no limit; write no-new-leaks");
	return !err->text[0] && parts_agree(r, err);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool lr_budget_rule_same(const struct lr_budget_rule *a, const struct lr_budget_rule *b)
{
	for (int i = 0; i < LR_SELECTOR_COUNT; i++)
		if (!same_text(a->pattern[i], b->pattern[i]))
			return false;
	char *left = lr_quantity_text(&a->what), *right = lr_quantity_text(&b->what);
	bool same = strcmp(left, right) == 0 && lr_bound_equal(&a->min, &b->min) &&
		    lr_bound_equal(&a->max, &b->max) && same_text(a->reason, b->reason) &&
		    a->varies == b->varies && a->lowest == b->lowest && a->highest == b->highest;
	free(left);
	free(right);
	return same;
}
