/* Rules as objects of a budget file. */
#include <stdlib.h>
#include <string.h>
#include "tools/check/rule.h"
#include "tools/util/json.h"
#include "tools/util/mem.h"

static bool is_known(const char *key)
{
	static const char *const keys[] = {
		"metric", "min", "max", "exactly", "baseline", "reason", "varies"};
	for (int i = 0; i < LR_SELECTOR_COUNT; i++)
		if (strcmp(key, lr_selector_words[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

static bool text_at(const json_t *o, const char *key, const char **text, struct lr_error *err)
{
	const json_t *v = json_object_get(o, key);
	*text = json_string_value(v);
	if (!v || *text)
		return true;
	lr_error_set(err, "\"%s\" must be a text", key);
	return false;
}

/* A number, or a text as behind an operator. */
static bool bound_at(const json_t *o, const char *key, struct lr_bound *b, struct lr_error *err)
{
	const json_t *v = json_object_get(o, key);
	const char *text = json_string_value(v);
	if (!v)
		return true;
	if (text)
		return lr_bound_parse(b, text, strlen(text), err);
	*b = (struct lr_bound){.kind = LR_BOUND_NUMBER, .amount = (uint64_t)json_integer_value(v)};
	if (json_is_integer(v) && json_integer_value(v) >= 0)
		return true;
	lr_error_set(err, "\"%s\" must be a whole number, or a text such as \"baseline+5%%\"", key);
	return false;
}

/* "+5%": at most so much more; "-5%": at least; "~5%": both. */
static bool tolerance_at(const json_t *o, struct lr_budget_rule *r, struct lr_error *err)
{
	const char *text;
	if (!text_at(o, "baseline", &text, err) || !text)
		return text || !json_object_get(o, "baseline");
	char *whole = lr_format("baseline%s", text);
	char *sign = whole + strlen("baseline");
	bool good = strchr("+-~", *sign) != NULL, both = *sign == '~';
	if (both || *sign == '-') {
		*sign = '-';
		good = good && lr_bound_parse(&r->min, whole, strlen(whole), err);
	}
	if (both || *sign == '+') {
		*sign = '+';
		good = good && lr_bound_parse(&r->max, whole, strlen(whole), err);
	}
	free(whole);
	if (!good) {
		*err = (struct lr_error){{0}};
		lr_error_set(err, "\"%.60s\" is no tolerance; give +10, +5%%, -5%% or ~5%%", text);
	}
	return good;
}

static bool exactly_at(const json_t *o, struct lr_budget_rule *r, struct lr_error *err)
{
	struct lr_bound b = {0};
	if (!bound_at(o, "exactly", &b, err))
		return false;
	if (b.kind == LR_BOUND_NONE)
		return true;
	if (b.kind == LR_BOUND_BASELINE && b.amount) {
		lr_error_set(err, "\"exactly\" is a number or \"baseline\"; for a tolerance there "
				  "are \"min\", \"max\" and \"baseline\"");
		return false;
	}
	r->min = r->max = b;
	return true;
}

/* One way to say it: exactly, baseline, or min and max. */
static bool one_way(const json_t *o, const char **key, struct lr_error *err)
{
	bool range = json_object_get(o, "min") || json_object_get(o, "max");
	bool exact = json_object_get(o, "exactly"), relative = json_object_get(o, "baseline");
	if (range + exact + relative < 2)
		return true;
	*key = exact ? "exactly" : "baseline";
	lr_error_set(err, "\"%s\" does not go with %s", *key,
		range ? "\"min\" or \"max\"" : "\"baseline\"");
	return false;
}

static bool varies_at(const json_t *o, struct lr_budget_rule *r, struct lr_error *err)
{
	const json_t *v = json_object_get(o, "varies");
	const json_t *low = json_array_get(v, 0), *high = json_array_get(v, 1);
	r->varies = v != NULL;
	r->lowest = (uint64_t)json_integer_value(low);
	r->highest = (uint64_t)json_integer_value(high);
	if (!v || (json_array_size(v) == 2 && json_is_integer(low) && json_is_integer(high) &&
			  json_integer_value(low) >= 0 && r->lowest <= r->highest))
		return true;
	lr_error_set(err, "\"varies\" must be the lowest and the highest number that were seen");
	return false;
}

static bool limits_at(
	const json_t *o, struct lr_budget_rule *r, const char **key, struct lr_error *err)
{
	*key = "min";
	if (!bound_at(o, *key, &r->min, err))
		return false;
	*key = "max";
	if (!bound_at(o, *key, &r->max, err))
		return false;
	*key = "exactly";
	if (!exactly_at(o, r, err))
		return false;
	*key = "baseline";
	if (!tolerance_at(o, r, err))
		return false;
	*key = "varies";
	return varies_at(o, r, err);
}

static bool selectors_at(
	const json_t *o, struct lr_budget_rule *r, const char **key, struct lr_error *err)
{
	for (int i = 0; i < LR_SELECTOR_COUNT; i++) {
		const char *text;
		*key = lr_selector_words[i];
		if (!text_at(o, *key, &text, err))
			return false;
		if (text && !lr_budget_rule_select(r, (enum lr_selector)i, text, strlen(text), err))
			return false;
	}
	return true;
}

/* Also the words that need no limit. */
static bool metric_at(
	const json_t *o, struct lr_budget_rule *r, const char **key, struct lr_error *err)
{
	const char *text;
	*key = "metric";
	if (!text_at(o, *key, &text, err))
		return false;
	if (!text) {
		*key = NULL;
		lr_error_set(err, "a rule needs a \"metric\"");
		return false;
	}
	bool leaks = strcmp(text, "no-leaks") == 0, fresh = strcmp(text, "no-new-leaks") == 0;
	if (!leaks && !fresh)
		return lr_quantity_parse(&r->what, text, err);
	r->max = (struct lr_bound){.kind = LR_BOUND_NUMBER};
	if (json_object_get(o, "min") || json_object_get(o, "max") ||
		json_object_get(o, "exactly") || json_object_get(o, "baseline")) {
		lr_error_set(err, "\"%s\" has no limit", text);
		return false;
	}
	return lr_quantity_parse(&r->what, leaks ? "leaks" : "new_leaks", err);
}

static bool parse(struct lr_budget_rule *r, const json_t *o, const char **key, struct lr_error *err)
{
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)o, *key, value) if (!is_known(*key))
	{
		lr_error_set(err,
			"\"%.60s\" is unknown in a rule; there are metric, min, max, exactly, "
			"baseline, reason, varies, " LR_SELECTOR_LIST,
			*key);
		return false;
	}
	if (!metric_at(o, r, key, err) || !selectors_at(o, r, key, err) ||
		!limits_at(o, r, key, err) || !one_way(o, key, err))
		return false;
	const char *reason;
	*key = "reason";
	if (!text_at(o, *key, &reason, err))
		return false;
	r->reason = reason ? lr_strdup(reason) : NULL;
	*key = NULL;
	return lr_budget_rule_agrees(r, err);
}

bool lr_budget_rule_from_json(
	struct lr_budget_rule *r, const json_t *o, const char **key, struct lr_error *err)
{
	*r = (struct lr_budget_rule){0};
	*key = NULL;
	if (!json_is_object(o))
		lr_error_set(err, "a rule must be an object: {\"metric\": .., \"max\": ..}");
	else if (parse(r, o, key, err))
		return true;
	lr_budget_rule_free(r);
	return false;
}

static void set_bound(json_t *o, const char *key, const struct lr_bound *b)
{
	if (b->kind == LR_BOUND_NONE)
		return;
	char *text = lr_bound_text(b);
	lr_json_set(o, key,
		b->kind == LR_BOUND_NUMBER ? lr_json_number(b->amount) : lr_json_text(text));
	free(text);
}

json_t *lr_budget_rule_to_json(const struct lr_budget_rule *r)
{
	json_t *o = json_object();
	const char *word = lr_budget_rule_word(r);
	char *what = lr_quantity_text(&r->what);
	for (int i = 0; i < LR_SELECTOR_COUNT; i++)
		if (r->pattern[i])
			lr_json_set(o, lr_selector_words[i], lr_json_text(r->pattern[i]));
	lr_json_set(o, "metric", lr_json_text(word ? word : what));
	bool same = lr_bound_equal(&r->min, &r->max) &&
		    (r->max.kind == LR_BOUND_NUMBER || !r->max.amount);
	if (!word && same)
		set_bound(o, "exactly", &r->max);
	if (!word && !same) {
		set_bound(o, "min", &r->min);
		set_bound(o, "max", &r->max);
	}
	if (r->varies)
		lr_json_set(o, "varies",
			json_pack("[o,o]", lr_json_number(r->lowest), lr_json_number(r->highest)));
	if (r->reason)
		lr_json_set(o, "reason", lr_json_text(r->reason));
	free(what);
	return o;
}
