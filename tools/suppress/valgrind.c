/* Valgrind's entries:
 *
 *   {
 *      a name
 *      Memcheck:Leak
 *      match-leak-kinds: definite,possible
 *      fun:malloc
 *      ...
 *      obj:*libfoo.so*
 *   }
 *
 * Those of other tools, or for errors that leaktrace does not look for, are counted and skipped. */
#include <stdlib.h>
#include <string.h>
#include "tools/suppress/rules_parts.h"
#include "tools/util/mem.h"

enum { LINES_MAX = 500 };

static bool begins(const struct lr_rules_text *t, const char *word)
{
	size_t n = strlen(word);
	return t->len >= n && memcmp(t->text, word, n) == 0;
}

static int cut_off(struct lr_rules_text *t)
{
	return lr_rules_wrong(t, "the file ends within an entry; add the missing }");
}

/* Whether text is one of the words between commas. */
static bool is_among(const char *words, size_t len, const char *text)
{
	const char *end = words + len;
	for (const char *w = words; w < end;) {
		const char *comma = memchr(w, ',', (size_t)(end - w));
		size_t n = (size_t)((comma ? comma : end) - w);
		if (n == strlen(text) && memcmp(w, text, n) == 0)
			return true;
		w += n + 1;
	}
	return false;
}

static bool is_word(const char *s, size_t n, const char *word)
{
	return strlen(word) == n && memcmp(s, word, n) == 0;
}

/* Of resources: Valgrind's, and one of our own. */
static unsigned resource_kinds(const char *tools, size_t len, const char *kind, size_t n)
{
	bool core = is_among(tools, len, "CoreError") || is_among(tools, len, "Memcheck");
	if (core && is_word(kind, n, "FdNotClosed"))
		return LR_SUPPRESS_FD;
	if (core && is_word(kind, n, "FdBadClose"))
		return LR_SUPPRESS_CLOSE;
	if (is_among(tools, len, "Leaktrace") && is_word(kind, n, "Resource"))
		return LR_SUPPRESS_RESOURCE | LR_SUPPRESS_FD;
	return 0;
}

/* "tool,tool:kind" to the kinds of the rule; 0: not for us. */
static int read_kind(struct lr_rules_text *t, unsigned *kinds)
{
	const char *colon = memchr(t->text, ':', t->len);
	if (!colon)
		return lr_rules_wrong(t, "\"%.*s\" is no tool:kind, such as Memcheck:Leak",
			(int)(t->len < 40 ? t->len : 40), t->text);
	const char *kind = colon + 1;
	size_t n = t->len - (size_t)(kind - t->text);
	size_t tools = (size_t)(colon - t->text);
	*kinds = resource_kinds(t->text, tools, kind, n);
	if (!is_among(t->text, tools, "Memcheck"))
		return 0;
	if (is_word(kind, n, "Leak"))
		*kinds = LR_SUPPRESS_LEAKS;
	else if (is_word(kind, n, "Free"))
		*kinds = LR_SUPPRESS_RELEASE;
	return 0;
}

/* The words behind match-leak-kinds: */
static int read_leak_kinds(struct lr_rules_text *t, size_t head, unsigned *kinds)
{
	static const struct {
		const char *word;
		unsigned kinds;
	} words[] = {{"definite", LR_SUPPRESS_DEFINITE}, {"indirect", LR_SUPPRESS_INDIRECT},
		{"possible", LR_SUPPRESS_POSSIBLE}, {"reachable", LR_SUPPRESS_REACHABLE},
		{"all", LR_SUPPRESS_LEAKS}, {"none", 0}};
	enum { WORDS = sizeof(words) / sizeof(*words) };
	const char *w = t->text + head, *end = t->text + t->len;
	*kinds = 0;
	while (w < end) {
		size_t n = 0, i = 0;
		w += strspn(w, " \t,");
		while (w + n < end && !strchr(" \t,", w[n]))
			n++;
		while (i < WORDS && (strlen(words[i].word) != n || memcmp(words[i].word, w, n)))
			i++;
		if (i == WORDS)
			return lr_rules_wrong(t,
				"\"%.*s\" is no kind of leak; give definite, indirect, possible, "
				"reachable, all or none",
				(int)(n < 40 ? n : 40), w);
		*kinds |= words[i].kinds;
		w += n;
	}
	return 0;
}

/* src:file:line, where the line may be left out. */
static void split_source(struct lr_rule_line *l)
{
	char *colon = strrchr(l->pattern, ':'), *end;
	if (!colon || !colon[1])
		return;
	unsigned long line = strtoul(colon + 1, &end, 10);
	if (*end)
		return;
	l->line = (unsigned)line;
	*colon = '\0';
}

static int read_location(struct lr_rules_text *t, struct lr_rule_line *l)
{
	static const struct {
		const char *word;
		enum lr_rule_line_kind kind;
	} words[] = {
		{"fun:", LR_RULE_FUNCTION}, {"obj:", LR_RULE_OBJECT}, {"src:", LR_RULE_SOURCE}};
	*l = (struct lr_rule_line){.kind = LR_RULE_ANY};
	if (lr_rules_is(t, "..."))
		return 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (begins(t, words[i].word)) {
			size_t head = strlen(words[i].word);
			l->kind = words[i].kind;
			l->pattern = lr_strndup(t->text + head, t->len - head);
			if (l->kind == LR_RULE_SOURCE)
				split_source(l);
			return 0;
		}
	return lr_rules_wrong(
		t, "a line of a stack is \"...\", or begins with \"fun:\", \"obj:\" or \"src:\"");
}

/* Up to and with the closing brace. */
static int read_stack(struct lr_rules_text *t, struct lr_rule *rule)
{
	size_t room = 0;
	bool one = false; /* that is not "..." */
	for (bool first = true;; first = false) {
		static const char head[] = "match-leak-kinds:";
		if (!lr_rules_line(t))
			return cut_off(t);
		if (lr_rules_is(t, "}"))
			break;
		if (first && begins(t, head) && (rule->kinds & LR_SUPPRESS_LEAKS)) {
			if (read_leak_kinds(t, sizeof(head) - 1, &rule->kinds) < 0)
				return -1;
			continue;
		}
		if (rule->line_count == LINES_MAX)
			return lr_rules_wrong(t, "more than %d lines of a stack", LINES_MAX);
		LR_GROW(rule->lines, rule->line_count, room);
		if (read_location(t, &rule->lines[rule->line_count]) < 0)
			return -1;
		one |= rule->lines[rule->line_count++].kind != LR_RULE_ANY;
	}
	return one ? 0
		   : lr_rules_wrong(t, "the entry has no line with fun:, obj: or src:, it would "
				       "suppress everything");
}

static int skip(struct lr_rules_text *t)
{
	do
		if (!lr_rules_line(t))
			return cut_off(t);
	while (!lr_rules_is(t, "}"));
	return 0;
}

static int read_entry(struct lr_rules *r, struct lr_rules_text *t)
{
	struct lr_rule rule = {.origin = t->origin, .line = t->line};
	if (!lr_rules_line(t))
		return cut_off(t);
	if (lr_rules_is(t, "}"))
		return lr_rules_wrong(t, "a name is expected before }");
	rule.name = lr_strndup(t->text, t->len);
	int failed = lr_rules_line(t) ? read_kind(t, &rule.kinds) : cut_off(t);
	if (!failed && rule.kinds == 0) {
		r->skipped++;
		failed = skip(t);
	} else if (!failed && !(failed = read_stack(t, &rule))) {
		lr_rules_append(r, &rule);
		return 0;
	}
	lr_rule_clear(&rule);
	return failed;
}

int lr_rules_parse_valgrind(struct lr_rules *r, struct lr_rules_text *t)
{
	while (lr_rules_line(t)) {
		if (!lr_rules_is(t, "{"))
			return lr_rules_wrong(t, "\"{\" is expected, alone on its line");
		if (read_entry(r, t) < 0)
			return -1;
	}
	return 0;
}
