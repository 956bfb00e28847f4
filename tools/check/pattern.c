#include "tools/check/pattern.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"

/* A whole character of s; bytes that are no UTF-8 are one each. */
static size_t character(const char *s, const char *end)
{
	size_t len = lr_utf8_at(s, (size_t)(end - s));
	return len ? len : 1;
}

/* Whether p's next character, no star, stands for the beginning of s; steps over both. */
static bool step(const char **p, const char **s, const char *end)
{
	const char *at = *p;
	if (*at == '?') {
		*p += 1;
		*s += character(*s, end);
		return true;
	}
	if (*at == '\\' && at[1])
		at++;
	if (!*at || *at != **s)
		return false;
	*p = at + 1;
	*s += 1;
	return true;
}

static bool matches(const char *p, const char *s, const char *end)
{
	const char *star = NULL, *back = NULL;
	while (s < end) {
		if (*p == '*') {
			star = ++p;
			back = s;
		} else if (!step(&p, &s, end)) {
			if (!star)
				return false;
			p = star;
			s = ++back;
		}
	}
	while (*p == '*')
		p++;
	return !*p;
}

bool lr_pattern_matches(const char *pattern, const char *text)
{
	return matches(pattern, text, text + strlen(text));
}

/* Where the parameters of a C++ function begin; its end where there are none. */
static const char *parameters(const char *function)
{
	const char *close = strrchr(function, ')');
	int depth = 0;
	for (const char *p = close; p && p > function; p--) {
		depth += (*p == ')') - (*p == '(');
		if (depth == 0)
			return p;
	}
	return function + strlen(function);
}

bool lr_pattern_function(const char *pattern, const char *function)
{
	return lr_pattern_matches(pattern, function) ||
	       matches(pattern, function, parameters(function));
}

bool lr_pattern_file(const char *pattern, const char *file)
{
	return file &&
	       lr_pattern_matches(pattern, strchr(pattern, '/') ? file : lr_base_name(file));
}

/* The length of "operator<<" and its like at text; 0 for what is none. */
static size_t operator_at(const char *text)
{
	static const char *const names[] = {
		"<=>", "<<=", ">>=", "->*", "<<", ">>", "<=", ">=", "->", "<", ">"};
	enum { WORD = 8 };
	if (strncmp(text, "operator", WORD) != 0)
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strncmp(text + WORD, names[i], strlen(names[i])) == 0)
			return WORD + strlen(names[i]);
	return 0;
}

/* What the bytes of text are: '<' where a function ends, else 0. */
static char *partings(const char *text)
{
	size_t n = strlen(text), open = 0;
	char *parts = lr_calloc(n + 1, 1);
	size_t *stack = lr_calloc(n + 1, sizeof(*stack));
	for (size_t i = 0; i < n; i++) {
		size_t name = operator_at(text + i);
		if (name) {
			i += name - 1;
		} else if (text[i] == '\\' && text[i + 1]) {
			i++;
		} else if (text[i] == '<') {
			parts[i] = '<';
			stack[open++] = i;
		} else if (text[i] == '>' && open) {
			parts[stack[--open]] = 0;
		}
	}
	free(stack);
	return parts;
}

static bool add(struct lr_path_pattern *p, const char *from, const char *to)
{
	if (p->used && *from == '-')
		from++;
	while (from < to && *from == ' ')
		from++;
	while (from < to && to[-1] == ' ' && !(to - from > 1 && to[-2] == '\\'))
		to--;
	if (from >= to)
		return false;
	LR_GROW(p->functions, p->used, p->room);
	p->functions[p->used++] = lr_strndup(from, (size_t)(to - from));
	return true;
}

bool lr_path_pattern_parse(struct lr_path_pattern *p, const char *text)
{
	char *parts = partings(text);
	const char *from = text, *end = text + strlen(text);
	bool good = true;
	for (const char *s = text; s < end; s++)
		if (parts[s - text]) {
			good &= add(p, from, s);
			from = s + 1;
		}
	good &= add(p, from, end);
	free(parts);
	return good;
}

void lr_path_pattern_free(struct lr_path_pattern *p)
{
	for (size_t i = 0; i < p->used; i++)
		free(p->functions[i]);
	free(p->functions);
	*p = (struct lr_path_pattern){0};
}

static bool path_matches(const struct lr_path_pattern *p, const struct lr_measured_frame *f)
{
	const struct lr_measured_frame *back = NULL;
	size_t i = 0, star = 0;
	while (i < p->used) {
		if (strcmp(p->functions[i], "**") == 0) {
			star = ++i;
			back = f;
		} else if (!f) {
			return false; /* a later beginning would leave even fewer */
		} else if (lr_pattern_function(p->functions[i], f->function)) {
			i++;
			f = f->outer;
		} else if (back) {
			i = star;
			f = back = back->outer;
		} else {
			return false;
		}
	}
	return true;
}

bool lr_path_pattern_matches(const struct lr_path_pattern *p, const struct lr_measured_site *site)
{
	return path_matches(p, site->path) ||
	       (site->means != site->path && path_matches(p, site->means));
}
