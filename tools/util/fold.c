#include "tools/util/fold.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include "tools/util/text.h"

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The length of what names an operator at s, with its symbol, which no bracket of which opens
 * anything; 0: none is there. */
static size_t operator_at(const char *name, const char *s)
{
	static const char *const symbols[] = {
		"<=>", "<<=", ">>=", "->*", "()", "[]", "<<", ">>", "<=", ">=", "->", "<", ">"};
	size_t word = strlen("operator");
	if (strncmp(s, "operator", word) != 0 || (s > name && is_word(s[-1])))
		return 0;
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++)
		if (strncmp(s + word, symbols[i], strlen(symbols[i])) == 0)
			return word + strlen(symbols[i]);
	return is_word(s[word]) ? 0 : word;
}

/* Behind the bracket that closes what s opens; NULL: none does. */
static const char *behind(const char *name, const char *s)
{
	unsigned depth = 0;
	while (*s) {
		size_t op = operator_at(name, s);
		if (op) {
			s += op;
			continue;
		}
		if (*s == '<' || *s == '(')
			depth++;
		else if ((*s == '>' && s[-1] != '-') || *s == ')')
			depth--;
		s++;
		if (depth == 0)
			return s;
	}
	return NULL;
}

/* Kept, because it says where a name belongs and not what is passed. */
static size_t kept_at(const char *s)
{
	static const char anonymous[] = "(anonymous namespace)";
	return strncmp(s, anonymous, strlen(anonymous)) == 0 ? strlen(anonymous) : 0;
}

static size_t put_folded(FILE *f, const char *name)
{
	size_t columns = 0;
	for (const char *s = name; *s;) {
		size_t whole = operator_at(name, s) + kept_at(s);
		const char *end = !whole && (*s == '<' || *s == '(') ? behind(name, s) : NULL;
		if (end && end - s > 4) {
			columns += lr_put_safe(f, *s == '<' ? "<..>" : "(..)");
			s = end;
			continue;
		}
		whole = whole ? whole : end ? (size_t)(end - s) : lr_utf8_at(s, strlen(s));
		whole = whole ? whole : 1;
		columns += lr_put_safe_n(f, s, whole);
		s += whole;
	}
	return columns;
}

size_t lr_put_function(FILE *f, const char *name)
{
	return strlen(name) > LR_FOLD_ABOVE ? put_folded(f, name) : lr_put_safe(f, name);
}
