/* Reading a budget file. Strict: what is not understood is an error that says where, because a rule
 * that is not read is a check that is not made. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "tools/check/budget_parts.h"
#include "tools/util/mem.h"

enum { FILE_MAX = 256 << 20 }; /* bytes */

static bool read_rules(struct lr_budget_reader *r, struct lr_budget *b, const json_t *list)
{
	r->at[0].key = "rules";
	r->depth = 1;
	if (!json_is_array(list)) {
		lr_error_set(&r->err, "\"rules\" must be a list");
		return false;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct lr_budget_rule rule;
		const char *key;
		r->at[1] = (struct lr_json_step){.index = i};
		r->depth = 2;
		if (!lr_budget_rule_from_json(&rule, json_array_get(list, i), &key, &r->err)) {
			r->at[2].key = key;
			r->depth += key != NULL;
			return false;
		}
		lr_budget_add(b, &rule);
	}
	return true;
}

static bool is_version(struct lr_budget_reader *r, const json_t *root)
{
	const json_t *v = json_object_get(root, "leaktrace_budget");
	r->at[0].key = "leaktrace_budget";
	r->depth = 1;
	if (!v)
		lr_error_set(&r->err,
			"this is no budget: there is no \"leaktrace_budget\": %d; `leakreport "
			"baseline` writes one",
			LR_BUDGET_VERSION);
	else if (!json_is_integer(v) || json_integer_value(v) < 1)
		lr_error_set(&r->err, "\"leaktrace_budget\" must be the version of the budget, %d",
			LR_BUDGET_VERSION);
	else if (json_integer_value(v) > LR_BUDGET_VERSION)
		lr_error_set(&r->err,
			"this budget is of version %" JSON_INTEGER_FORMAT
			"; this leakreport knows version %d; a newer one reads it",
			json_integer_value(v), LR_BUDGET_VERSION);
	return !r->err.text[0];
}

static bool read_root(struct lr_budget_reader *r, struct lr_budget *b, json_t *root)
{
	const char *key;
	json_t *value;
	if (!json_is_object(root)) {
		lr_error_set(&r->err, "a budget must be an object: {\"leaktrace_budget\": 1, ..}");
		return false;
	}
	if (!is_version(r, root))
		return false;
	json_object_foreach(root, key, value)
	{
		bool good = true;
		if (strcmp(key, "rules") == 0) {
			good = read_rules(r, b, value);
		} else if (strcmp(key, "baseline") == 0) {
			good = lr_budget_read_baseline(r, b, value);
		} else if (strcmp(key, "leaktrace_budget") != 0) {
			r->at[0].key = key;
			r->depth = 1;
			lr_error_set(
				&r->err, "\"%.60s\" is unknown; there are rules and baseline", key);
			good = false;
		}
		if (!good)
			return false;
	}
	return true;
}

struct lr_budget *lr_budget_from_text(const char *text, size_t n, struct lr_error *err)
{
	struct lr_budget_reader r = {.depth = 0};
	json_error_t wrong;
	json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &wrong);
	struct lr_budget *b = lr_budget_new();
	if (!root) {
		const char *s = n ? wrong.text : "the file is empty";
		lr_error_set(err, "line %d: this is not JSON: %.160s",
			wrong.line < 1 ? 1 : wrong.line, s);
	} else if (!read_root(&r, b, root)) {
		lr_error_set(err, "line %u: %s", lr_json_line(text, r.at, r.depth), r.err.text);
	}
	json_decref(root);
	if (!err->text[0])
		return b;
	lr_budget_free(b);
	return NULL;
}

/* With a terminator. */
static char *whole_file(FILE *f, size_t *n, struct lr_error *err)
{
	size_t room = 1 << 16;
	char *text = lr_resize(NULL, room, 1);
	*n = 0;
	while (!feof(f) && !ferror(f) && *n < FILE_MAX) {
		if (room - *n < 2)
			text = lr_resize(text, room *= 2, 1);
		*n += fread(text + *n, 1, room - *n - 1, f);
	}
	text[*n] = 0;
	if (ferror(f))
		lr_error_set(err, "cannot be read: %s", strerror(errno));
	else if (*n >= FILE_MAX)
		lr_error_set(err, "is larger than any budget");
	return text;
}

struct lr_budget *lr_budget_read(const char *path, struct lr_error *err)
{
	FILE *f = fopen(path, "re");
	size_t n;
	if (!f) {
		lr_error_set(err, "cannot be opened: %s%s", strerror(errno),
			errno == ENOENT ? "; `leakreport baseline --output=FILE DUMP` writes one"
					: "");
		return NULL;
	}
	char *text = whole_file(f, &n, err);
	fclose(f);
	struct lr_budget *b = err->text[0] ? NULL : lr_budget_from_text(text, n, err);
	free(text);
	return b;
}

bool lr_budget_is_file(const char *path)
{
	FILE *f = fopen(path, "re");
	int c = ' ';
	if (!f)
		return false;
	while (c == ' ' || c == '\n' || c == '\t' || c == '\r')
		c = fgetc(f);
	fclose(f);
	return c == '{' || c == '[' || c == EOF;
}
