/* Rules as texts: SELECTOR:PATTERN;SELECTOR:PATTERN:METRIC OP LIMIT, read from behind, because what
 * stands in front may hold names of C++, with ':', '<', '>' and '='. */
#include <stdlib.h>
#include <string.h>
#include "tools/check/rule.h"
#include "tools/util/mem.h"

static const struct {
	const char *word, *quantity;
} words[] = {{"no-leaks", "leaks"}, {"no-new-leaks", "new_leaks"}};
enum { WORDS = sizeof(words) / sizeof(*words) };

/* The word that ends text[0..n) and is all of what stands behind its last ':'; -1 none. */
static int word_at_end(const char *text, size_t n)
{
	for (int i = 0; i < WORDS; i++) {
		size_t len = strlen(words[i].word);
		if (n >= len && memcmp(text + n - len, words[i].word, len) == 0 &&
			(n == len || text[n - len - 1] == ':'))
			return i;
	}
	return -1;
}

/* Where the operator ends: behind the last of its characters; NULL none. */
static const char *operator_end(const char *text, size_t n)
{
	while (n > 0 && !strchr("<>=", text[n - 1]))
		n--;
	return n ? text + n : NULL;
}

bool lr_budget_rule_is_meant(const char *text)
{
	size_t n = strlen(text);
	return word_at_end(text, n) >= 0 || operator_end(text, n);
}

static const char *trim(const char *from, const char **to)
{
	while (from < *to && *from == ' ')
		from++;
	while (from < *to && (*to)[-1] == ' ')
		--*to;
	return from;
}

/* The selector that begins at s, with its ':'; -1 none. */
static int selector_at(const char *s, const char *end, size_t *len)
{
	for (int i = 0; i < LR_SELECTOR_COUNT; i++) {
		*len = strlen(lr_selector_words[i]);
		if ((size_t)(end - s) > *len && memcmp(s, lr_selector_words[i], *len) == 0 &&
			s[*len] == ':')
			return i;
	}
	return -1;
}

/* Where a pattern ends: before ";SELECTOR:", or at the end. */
static const char *pattern_end(const char *s, const char *end)
{
	size_t len;
	for (; s < end; s++) {
		if (*s == '\\' && s + 1 < end)
			s++;
		else if (*s == ';' && selector_at(s + 1, end, &len) >= 0)
			return s;
	}
	return end;
}

static bool selectors(
	struct lr_budget_rule *r, const char *s, const char *end, struct lr_error *err)
{
	size_t len;
	for (;;) {
		int by = selector_at(s, end, &len);
		if (by < 0) {
			const char *colon = memchr(s, ':', (size_t)(end - s));
			size_t n = (size_t)((colon ? colon : end) - s);
			lr_error_set(err, "\"%.*s\" selects nothing; there are " LR_SELECTOR_LIST,
				n < 60 ? (int)n : 60, s);
			return false;
		}
		s += len + 1;
		const char *stop = pattern_end(s, end);
		if (!lr_budget_rule_select(r, (enum lr_selector)by, s, (size_t)(stop - s), err))
			return false;
		if (stop == end)
			return true;
		s = stop + 1;
	}
}

/* What stands in front of the limit: text[0..n). */
static bool subject(struct lr_budget_rule *r, const char *text, size_t n, struct lr_error *err)
{
	const char *end = text + n, *from = end;
	while (from > text && from[-1] != ':')
		from--;
	const char *colon = from;
	from = trim(from, &end);
	char *what = lr_strndup(from, (size_t)(end - from));
	bool good = *what && lr_quantity_parse(&r->what, what, err);
	if (!*what)
		lr_error_set(err, "it is not said what is counted: allocations, bytes, peak ..");
	free(what);
	return good && (colon == text || selectors(r, text, colon - 1, err));
}

/* "baseline~5%": both sides. */
static bool both_sides(struct lr_budget_rule *r, const char *s, size_t n, struct lr_error *err)
{
	char *text = lr_strndup(s, n);
	char *wave = strchr(text, '~');
	*wave = '-';
	bool good = lr_bound_parse(&r->min, text, n, err);
	*wave = '+';
	good = good && lr_bound_parse(&r->max, text, n, err);
	free(text);
	return good;
}

/* What may stand behind '='. */
static bool exactly(struct lr_budget_rule *r, const char *s, size_t n, struct lr_error *err)
{
	const char *dots = memmem(s, n, "..", 2);
	if (dots)
		return lr_bound_parse(&r->min, s, (size_t)(dots - s), err) &&
		       lr_bound_parse(&r->max, dots + 2, n - (size_t)(dots + 2 - s), err);
	if (n > 8 && memcmp(s, "baseline~", 9) == 0)
		return both_sides(r, s, n, err);
	if (!lr_bound_parse(&r->max, s, n, err))
		return false;
	r->min = r->max;
	if (r->max.kind != LR_BOUND_BASELINE || !r->max.amount)
		return true;
	lr_error_set(err, "\"=%.*s\" could mean two things; write <= or >=, or =baseline~%.*s",
		(int)n, s, (int)n - 9, s + 9);
	return false;
}

static bool limit(struct lr_budget_rule *r, const char *op, size_t op_len, const char *s, size_t n,
	struct lr_error *err)
{
	if (*op == '=')
		return exactly(r, s, n, err);
	struct lr_bound *b = *op == '<' ? &r->max : &r->min;
	if (!lr_bound_parse(b, s, n, err)) {
		if (memmem(s, n, "..", 2) || memchr(s, '~', n)) {
			*err = (struct lr_error){{0}};
			lr_error_set(err, "\"%.*s\" goes with =, not with %.*s",
				n < 60 ? (int)n : 60, s, (int)op_len, op);
		}
		return false;
	}
	return op_len == 2 || lr_bound_exclude(b, *op == '<', err);
}

static bool parse(struct lr_budget_rule *r, const char *text, struct lr_error *err)
{
	const char *end = text + strlen(text);
	text = trim(text, &end);
	size_t n = (size_t)(end - text);
	int word = word_at_end(text, n);
	if (word >= 0) {
		size_t len = strlen(words[word].word);
		r->max.kind = LR_BOUND_NUMBER;
		if (!lr_quantity_parse(&r->what, words[word].quantity, err))
			return false;
		return n == len || selectors(r, text, end - len - 1, err);
	}
	const char *limit_from = operator_end(text, n), *op;
	if (!limit_from) {
		lr_error_set(err,
			"there is no limit; write METRIC<=N, METRIC=N, METRIC>=N, no-leaks or "
			"no-new-leaks");
		return false;
	}
	op = limit_from - 1;
	if (*op == '=' && op > text && strchr("<>=", op[-1]))
		op--;
	const char *from = trim(limit_from, &end);
	return limit(r, op, *op == '=' ? 1 : (size_t)(limit_from - op), from, (size_t)(end - from),
		       err) &&
	       subject(r, text, (size_t)(op - text), err);
}

bool lr_budget_rule_parse(struct lr_budget_rule *r, const char *text, struct lr_error *err)
{
	*r = (struct lr_budget_rule){0};
	if (parse(r, text, err) && lr_budget_rule_agrees(r, err))
		return true;
	lr_budget_rule_free(r);
	return false;
}

/* A ';' in front of what looks like a selector is written so that it stands for itself. */
static void put_pattern(FILE *f, const char *s)
{
	size_t len;
	for (const char *end = s + strlen(s); s < end; s++) {
		if (*s == '\\') {
			fputc(*s++, f);
		} else if (*s == ';' && selector_at(s + 1, end, &len) >= 0) {
			fputc('\\', f);
		}
		fputc(*s, f);
	}
}

static void put_subject(FILE *f, const struct lr_budget_rule *r, const char *what)
{
	const char *between = "";
	for (int i = 0; i < LR_SELECTOR_COUNT; i++) {
		if (!r->pattern[i])
			continue;
		fprintf(f, "%s%s:", between, lr_selector_words[i]);
		put_pattern(f, r->pattern[i]);
		between = ";";
	}
	fprintf(f, "%s%s", *between ? ":" : "", what);
}

/* Whether the bounds are the baseline and the same tolerance on both sides. */
static bool is_both_sides(const struct lr_budget_rule *r)
{
	struct lr_bound other = r->max;
	other.below = true;
	return r->max.kind == LR_BOUND_BASELINE && r->max.amount && !r->max.below &&
	       lr_bound_equal(&other, &r->min);
}

static void put_limit(FILE *f, const struct lr_budget_rule *r)
{
	char *min = lr_bound_text(&r->min), *max = lr_bound_text(&r->max);
	if (r->min.kind == LR_BOUND_NONE)
		fprintf(f, "<=%s", max);
	else if (r->max.kind == LR_BOUND_NONE)
		fprintf(f, ">=%s", min);
	else if (is_both_sides(r))
		fprintf(f, "=baseline~%s", max + strlen("baseline+"));
	else if (lr_bound_equal(&r->min, &r->max) &&
		 !(r->max.kind == LR_BOUND_BASELINE && r->max.amount))
		fprintf(f, "=%s", max);
	else
		fprintf(f, "=%s..%s", min, max);
	free(min);
	free(max);
}

static char *text_of(const struct lr_budget_rule *r, bool limit)
{
	char *text = NULL, *what = lr_quantity_text(&r->what);
	size_t n = 0;
	const char *word = lr_budget_rule_word(r);
	FILE *f = open_memstream(&text, &n);
	put_subject(f, r, word ? word : what);
	if (limit && !word)
		put_limit(f, r);
	fclose(f);
	free(what);
	return text;
}

char *lr_budget_rule_text(const struct lr_budget_rule *r)
{
	return text_of(r, true);
}

char *lr_budget_rule_id(const struct lr_budget_rule *r)
{
	char *text = text_of(r, false);
	for (char *s = text; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f)
			*s = '_';
	return text;
}
