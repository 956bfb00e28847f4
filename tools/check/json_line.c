#include "tools/check/json_line.h"

#include <string.h>

static const char *blanks(const char *s)
{
	return s + strspn(s, " \t\r\n");
}

/* Behind the string that begins at s. */
static const char *string_end(const char *s)
{
	for (s++; *s && *s != '"'; s++)
		s += *s == '\\' && s[1];
	return s + (*s == '"');
}

/* Behind the value that begins at s. */
static const char *value_end(const char *s)
{
	size_t depth = 0;
	do {
		if (*s == '"') {
			s = string_end(s);
			continue;
		}
		if (*s == '{' || *s == '[')
			depth++;
		else if ((*s == '}' || *s == ']') && depth > 0)
			depth--;
		else if (depth == 0 && strchr(" \t\r\n,}]", *s))
			return s;
		s += *s != 0;
	} while (*s && depth > 0);
	return s + (depth == 0 ? strcspn(s, " \t\r\n,}]") : 0);
}

/* The member's or the element's value; NULL: there is none. */
static const char *follow(const char *s, const struct lr_json_step *step)
{
	if (*s != (step->key ? '{' : '['))
		return NULL;
	s = blanks(s + 1);
	for (size_t i = 0; *s && *s != '}' && *s != ']'; i++) {
		const char *name = s;
		if (step->key) {
			size_t n = strlen(step->key);
			s = string_end(s);
			bool same =
				(size_t)(s - name) == n + 2 && memcmp(name + 1, step->key, n) == 0;
			s = blanks(blanks(s) + 1); /* the colon */
			if (same)
				return s;
		} else if (i == step->index) {
			return s;
		}
		s = blanks(value_end(s));
		s = *s == ',' ? blanks(s + 1) : s;
	}
	return NULL;
}

unsigned lr_json_line(const char *text, const struct lr_json_step *steps, size_t count)
{
	const char *at = blanks(text);
	for (size_t i = 0; i < count; i++) {
		const char *next = follow(at, &steps[i]);
		if (!next)
			break;
		at = next;
	}
	unsigned line = 1;
	for (const char *s = text; s < at; s++)
		line += *s == '\n';
	return line;
}
