/* Settings: three kinds of rows (a number, one of some words, a text), one parser for each. */
#include "lib/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include "lib/say.h"
#include "lib/sys.h"

LT_TOGETHER struct lt_config lt_config;

const char *lt_env(char **envp, const char *name)
{
	size_t n = strlen(name);
	for (; envp && *envp; envp++)
		if (strncmp(*envp, name, n) == 0 && (*envp)[n] == '=')
			return *envp + n + 1;
	return NULL;
}

static void complain(const char *name, const char *value, const char *want)
{
	lt_say(0, "LEAKTRACE_%s=%s is not %s; the default is used", name, value, want);
}

static bool parse_int(const char *s, int64_t low, int64_t high, int64_t *out)
{
	int64_t v = 0;
	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || v > high)
			return false;
		v = v * 10 + (*s - '0');
	}
	if (v < low || v > high)
		return false;
	*out = v;
	return true;
}

/* words is "one|two|three"; the answer is an index into it, -1 when s is none of them. */
static int parse_word(const char *s, const char *words)
{
	size_t n = strlen(s);
	for (int i = 0; *words; i++) {
		size_t w = strcspn(words, "|");
		if (w == n && strncmp(s, words, n) == 0)
			return i;
		words += w + (words[w] == '|');
	}
	return -1;
}

static void read_int(char **envp, const char *env, int64_t low, int64_t high, int64_t *field)
{
	const char *v = lt_env(envp, env);
	if (v && *v && !parse_int(v, low, high, field))
		complain(env + sizeof("LEAKTRACE_") - 1, v, "a number within its range");
}

static void read_word(char **envp, const char *env, const char *words, int64_t *field)
{
	const char *v = lt_env(envp, env);
	if (!v || !*v)
		return;
	int i = parse_word(v, words);
	if (i < 0)
		complain(env + sizeof("LEAKTRACE_") - 1, v, words);
	else
		*field = i;
}

static void read_text(char **envp, const char *env, const char **field)
{
	const char *v = lt_env(envp, env);
	if (v && *v)
		*field = v;
}

void lt_config_read(char **envp)
{
#define LT_SETTING_INT(name, field, low, high, def, text)                                          \
	lt_config.field = def;                                                                     \
	read_int(envp, "LEAKTRACE_" #name, low, high, &lt_config.field);
#define LT_SETTING_WORD(name, field, words, def, text)                                             \
	lt_config.field = def;                                                                     \
	read_word(envp, "LEAKTRACE_" #name, words, &lt_config.field);
#define LT_SETTING_TEXT(name, field, def, text)                                                    \
	lt_config.field = def;                                                                     \
	read_text(envp, "LEAKTRACE_" #name, &lt_config.field);
#include "lib/config.def"
#undef LT_SETTING_INT
#undef LT_SETTING_WORD
#undef LT_SETTING_TEXT
	if (lt_config.scan != LT_SCAN_NONE || lt_config.scan_every || lt_config.scan_growth)
		lt_config.live = 1;
}

/* Shell-like * and ?, over the n bytes of pattern. */
static bool matches(const char *pattern, size_t n, const char *s)
{
	const char *end = pattern + n, *star = NULL, *retry = NULL;
	while (*s) {
		if (pattern < end && *pattern == '*') {
			star = ++pattern;
			retry = s;
		} else if (pattern < end && (*pattern == '?' || *pattern == *s)) {
			pattern++;
			s++;
		} else if (star) {
			pattern = star;
			s = ++retry;
		} else {
			return false;
		}
	}
	while (pattern < end && *pattern == '*')
		pattern++;
	return pattern == end;
}

int lt_config_wants(const char *list, const char *exe)
{
	const char *slash = strrchr(exe, '/');
	bool any_wanted = false, wanted = false;
	while (*list) {
		size_t n = strcspn(list, ",");
		bool out = *list == '-';
		bool whole = memchr(list, '/', n) || !slash;
		if (n > out && matches(list + out, n - out, whole ? exe : slash + 1)) {
			if (out)
				return 0;
			wanted = true;
		}
		any_wanted |= n > 0 && !out;
		list += n + (list[n] == ',');
	}
	return wanted || !any_wanted;
}
