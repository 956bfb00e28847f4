#include "tools/check/verdicts.h"

#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

static const char *text_of(const json_t *object, const char *key, const char *without)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text ? text : without;
}

static uint64_t number_of(const json_t *object, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(object, key));
	return n > 0 ? (uint64_t)n : 0;
}

/* What is not one of ours is unknown: it has certainly not passed. */
static enum lr_check_status status_of(const json_t *object)
{
	const char *word = text_of(object, "status", "");
	for (int i = 0; i < LR_CHECK_STATUS_COUNT; i++)
		if (strcmp(lr_check_words[i], word) == 0)
			return (enum lr_check_status)i;
	return LR_CHECK_UNKNOWN;
}

static void add_rules(struct lr_verdict *v, const json_t *rules)
{
	size_t n = json_array_size(rules);
	v->broken = lr_calloc(n ? n : 1, sizeof(*v->broken));
	for (size_t i = 0; i < n; i++) {
		const json_t *rule = json_array_get(rules, i);
		enum lr_check_status status = status_of(rule);
		if (status != LR_CHECK_PASSED)
			v->broken[v->broken_used++] = (struct lr_verdict_rule){
				text_of(rule, "rule", "?"), text_of(rule, "why", ""), status};
	}
}

static int add_file(struct lr_verdicts *all, const char *path, struct lr_error *err)
{
	json_error_t wrong;
	json_t *whole = json_load_file(path, 0, &wrong);
	const json_t *check = json_object_get(whole, "check");
	if (!json_is_array(json_object_get(check, "rules"))) {
		json_decref(whole);
		return lr_error_set(err, "no verdict of leakreport check as JSON%s%s",
			whole ? "" : ": ", whole ? "" : wrong.text);
	}
	struct lr_verdict v = {.file = lr_strdup(path),
		.program = text_of(check, "program", "?"),
		.budget = text_of(check, "budget", NULL),
		.status = status_of(check),
		.rules = number_of(check, "passed") + number_of(check, "failed") +
			 number_of(check, "unknown"),
		.owned = whole};
	add_rules(&v, json_object_get(check, "rules"));
	all->of[v.status]++;
	all->rules += v.rules;
	LR_GROW(all->list, all->used, all->room);
	all->list[all->used++] = v;
	return 0;
}

int lr_verdicts_add(struct lr_verdicts *all, const char *path, struct lr_error *err)
{
	static const char end[] = ".json";
	DIR *d = opendir(path);
	size_t before = all->used;
	int result = 0;
	if (!d)
		return add_file(all, path, err);
	for (struct dirent *e; (e = readdir(d));) {
		size_t n = strlen(e->d_name);
		if (n < sizeof(end) || strcmp(e->d_name + n - sizeof(end) + 1, end) != 0)
			continue;
		char *file = lr_format("%s/%s", path, e->d_name);
		if (add_file(all, file, err) < 0)
			result = -1;
		free(file);
	}
	closedir(d);
	if (result == 0 && all->used == before)
		return lr_error_set(err, "no verdict is in this directory");
	return result;
}

static int by_status(const void *x, const void *y)
{
	const struct lr_verdict *a = x, *b = y;
	if (a->status != b->status)
		return a->status > b->status ? -1 : 1;
	int order = strcmp(a->program, b->program);
	return order ? order : strcmp(a->file, b->file);
}

void lr_verdicts_sort(struct lr_verdicts *all)
{
	if (all->used)
		qsort(all->list, all->used, sizeof(*all->list), by_status);
}

void lr_verdicts_free(struct lr_verdicts *all)
{
	for (size_t i = 0; i < all->used; i++) {
		free(all->list[i].file);
		free(all->list[i].broken);
		json_decref(all->list[i].owned);
	}
	free(all->list);
	*all = (struct lr_verdicts){.used = 0};
}
