/* What a budget's baseline measured, read from JSON. */
#include <stdlib.h>
#include <string.h>
#include "tools/check/budget_parts.h"
#include "tools/model/resources.h"
#include "tools/util/mem.h"
#include "tools/view/findings.h"

/* An object, of which members are taken one by one; what nobody has taken is unknown. */
struct members {
	struct lr_budget_reader *r;
	const json_t *o;
	size_t taken;
};

static bool wrong(struct members *m, const char *key, const char *must_be)
{
	m->r->at[m->r->depth++].key = key;
	lr_error_set(&m->r->err, "\"%.60s\" must be %s", key, must_be);
	return false;
}

static bool number(struct members *m, const char *key, uint64_t *to)
{
	const json_t *v = json_object_get(m->o, key);
	if (!v)
		return true;
	m->taken++;
	*to = (uint64_t)json_integer_value(v);
	return (json_is_integer(v) && json_integer_value(v) >= 0) ||
	       wrong(m, key, "a whole number");
}

static bool flag(struct members *m, const char *key, bool *to)
{
	const json_t *v = json_object_get(m->o, key);
	if (!v)
		return true;
	m->taken++;
	*to = json_is_true(v);
	return json_is_boolean(v) || wrong(m, key, "true or false");
}

/* NULL: there is none. */
static bool text(struct members *m, const char *key, const char **to)
{
	const json_t *v = json_object_get(m->o, key);
	*to = json_string_value(v);
	m->taken += v != NULL;
	return !v || *to || wrong(m, key, "a text");
}

static bool values(struct members *m, struct lr_values *v)
{
	for (int i = 0; i < LR_METRIC_COUNT; i++)
		if (!number(m, lr_metrics[i].key, &v->of[i]))
			return false;
	return true;
}

static bool nothing_else(struct members *m)
{
	const char *key;
	json_t *value;
	if (m->taken == json_object_size(m->o))
		return true;
	lr_error_set(&m->r->err, "a name in this object is unknown");
	json_object_foreach((json_t *)(uintptr_t)m->o, key, value)
	{
		/* Only to name one: a metric's are known, and the rest are few. */
		static const char *const known =
			" path program thread region file name kind severity "
			"count bytes processes threads entries least most "
			"created open peak sites ";
		char word[64];
		snprintf(word, sizeof(word), " %.60s ", key);
		bool metric = false;
		for (int i = 0; i < LR_METRIC_COUNT; i++)
			metric |= strcmp(key, lr_metrics[i].key) == 0;
		if (!metric && !strstr(known, word)) {
			m->r->at[m->r->depth++].key = key;
			m->r->err = (struct lr_error){{0}};
			lr_error_set(&m->r->err, "\"%.60s\" is unknown here", key);
			break;
		}
	}
	return false;
}

/* "module!function", or "function" of the same module as the line before; or both by name. */
static bool frame(const json_t *v, const char **module, const char **function, char **kept)
{
	const char *s = json_string_value(v), *mark = s ? strchr(s, '!') : NULL;
	if (json_is_object(v)) {
		*module = json_string_value(json_object_get(v, "module"));
		*function = json_string_value(json_object_get(v, "function"));
		return *module && *function && json_object_size(v) == 2;
	}
	*function = mark ? mark + 1 : s;
	if (mark)
		*module = *kept = lr_strndup(s, (size_t)(mark - s));
	return s && *module;
}

static bool path(struct members *m, struct lr_measure *to, const char *file, uint32_t *site)
{
	const json_t *list = json_object_get(m->o, "path");
	size_t n = json_array_size(list);
	*site = 0;
	m->taken += list != NULL;
	if (!list)
		return true;
	const char **names = lr_calloc(2 * n + 1, sizeof(*names)), *module = NULL;
	char **kept = lr_calloc(n + 1, sizeof(*kept));
	bool good = n > 0;
	for (size_t i = 0; good && i < n; i++) {
		good = frame(json_array_get(list, i), &module, &names[2 * i], &kept[i]);
		names[2 * i + 1] = module;
	}
	const struct lr_measured_frame *f = NULL;
	for (size_t i = n; good && i > 0; i--)
		f = lr_measure_frame(to, f, names[2 * i - 2], names[2 * i - 1], false);
	if (good)
		*site = lr_measure_site(to, f, file, 0) + 1;
	for (size_t i = 0; i < n; i++)
		free(kept[i]);
	free(kept);
	free(names);
	return good || wrong(m, "path", "a list of \"module!function\", the innermost first");
}

/* A program's index; where none is named, the first. */
static bool program(struct members *m, struct lr_measure *to, const char *key, uint32_t *index)
{
	const char *name;
	if (!text(m, key, &name))
		return false;
	*index = name || to->programs_used == 0 ? lr_measure_program(to, name ? name : "") : 0;
	return true;
}

static bool read_program(struct members *m, struct lr_measure *to)
{
	uint32_t i;
	return program(m, to, "name", &i) && number(m, "processes", &to->programs[i].processes) &&
	       values(m, &to->programs[i].values);
}

static bool read_thread(struct members *m, struct lr_measure *to)
{
	uint32_t p, i;
	const char *name;
	if (!program(m, to, "program", &p) || !text(m, "name", &name))
		return false;
	i = lr_measure_thread(to, p, name ? name : "");
	return number(m, "threads", &to->threads[i].threads) && values(m, &to->threads[i].values);
}

static bool pair(struct members *m, const char *key, uint64_t of[2])
{
	const json_t *v = json_object_get(m->o, key);
	m->taken += v != NULL;
	for (size_t i = 0; v && i < 2; i++) {
		of[i] = (uint64_t)json_integer_value(json_array_get(v, i));
		if (!json_is_integer(json_array_get(v, i)) || json_array_size(v) != 2)
			return wrong(m, key, "two whole numbers, allocations and bytes");
	}
	return true;
}

static bool read_region(struct members *m, struct lr_measure *to)
{
	uint32_t p, i;
	const char *name;
	if (!program(m, to, "program", &p) || !text(m, "name", &name))
		return false;
	i = lr_measure_region(to, p, name ? name : "");
	struct lr_measured_region *g = &to->regions[i];
	return number(m, "entries", &g->entries) && pair(m, "least", g->least) &&
	       pair(m, "most", g->most) && values(m, &g->values);
}

static bool read_finding(struct members *m, struct lr_measure *to)
{
	const char *kind, *severity;
	uint32_t p, site;
	if (!program(m, to, "program", &p) || !text(m, "kind", &kind) ||
		!text(m, "severity", &severity) || !path(m, to, NULL, &site))
		return false;
	struct lr_measured_finding *f = lr_measure_finding(to, p, kind ? kind : "", site);
	for (unsigned i = 0; severity && i < LR_SEVERITY_COUNT; i++)
		if (strcmp(lr_severity_names[i], severity) == 0)
			f->severity = i;
	return number(m, "count", &f->count) && number(m, "bytes", &f->bytes);
}

static bool read_resource(struct members *m, struct lr_measure *to)
{
	const char *kind;
	uint32_t p, site;
	if (!program(m, to, "program", &p) || !text(m, "kind", &kind) || !path(m, to, NULL, &site))
		return false;
	struct lr_measured_resource *x = lr_measure_resource(to, p, kind ? kind : "", site);
	return number(m, "created", &x->created) && number(m, "open", &x->open) &&
	       number(m, "peak", &x->peak);
}

static bool read_row(struct members *m, struct lr_measure *to)
{
	const char *file, *thread, *region;
	uint32_t p, site;
	if (!program(m, to, "program", &p) || !text(m, "file", &file) ||
		!text(m, "thread", &thread) || !text(m, "region", &region) ||
		!path(m, to, file, &site))
		return false;
	if (!site)
		return wrong(m, "path", "there");
	uint32_t t = thread ? lr_measure_thread(to, p, thread) + 1 : 0;
	uint32_t g = region ? lr_measure_region(to, p, region) + 1 : 0;
	struct lr_values v = {{0}};
	if (!values(m, &v))
		return false;
	lr_values_add(lr_measure_row(to, site - 1, p, t, g), &v);
	return true;
}

/* Programs stand first: what is by name is looked up in them. Then sites, with their files. */
static const struct {
	const char *key;
	bool (*read)(struct members *m, struct lr_measure *to);
} lists[] = {{"programs", read_program}, {"threads", read_thread}, {"regions", read_region},
	{"sites", read_row}, {"findings", read_finding}, {"resources", read_resource}};
enum { LISTS = sizeof(lists) / sizeof(*lists) };

static bool read_list(struct members *of, struct lr_measure *to, int which)
{
	struct lr_budget_reader *r = of->r;
	const json_t *list = json_object_get(of->o, lists[which].key);
	if (!list)
		return true;
	of->taken++;
	if (!json_is_array(list))
		return wrong(of, lists[which].key, "a list");
	size_t depth = r->depth;
	r->at[r->depth++].key = lists[which].key;
	r->depth++;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct members m = {.r = r, .o = json_array_get(list, i)};
		r->at[depth + 1] = (struct lr_json_step){.index = i};
		if (!json_is_object(m.o)) {
			lr_error_set(
				&r->err, "an entry of \"%s\" must be an object", lists[which].key);
			return false;
		}
		if (!lists[which].read(&m, to) || !nothing_else(&m))
			return false;
	}
	r->depth = depth;
	return true;
}

/* A member that is an object itself. False: it is none, or not there, where err says nothing. */
static bool object(struct members *of, const char *key, struct members *m)
{
	*m = (struct members){.r = of->r, .o = json_object_get(of->o, key)};
	if (!m->o)
		return false;
	of->taken++;
	if (!json_is_object(m->o))
		return wrong(of, key, "an object");
	of->r->at[of->r->depth++].key = key;
	return true;
}

static bool read_values(struct members *of, struct lr_budget *b)
{
	struct members m;
	if (object(of, "total", &m)) {
		if (!values(&m, &b->baseline->total) || !nothing_else(&m))
			return false;
		of->r->depth--;
	}
	if (object(of, "rest", &m)) {
		struct members most;
		b->baseline->whole = false;
		if (!number(&m, "sites", &b->rest_sites))
			return false;
		if (object(&m, "most", &most)) {
			if (!values(&most, &b->rest_most) || !nothing_else(&most))
				return false;
			of->r->depth--;
		}
		if (of->r->err.text[0] || !nothing_else(&m))
			return false;
		of->r->depth--;
	}
	if (object(of, "values", &m)) {
		const char *key;
		json_t *value;
		json_object_foreach((json_t *)(uintptr_t)m.o, key, value)
		{
			uint64_t v = 0;
			if (!number(&m, key, &v))
				return false;
			lr_budget_pin(b, key, v);
		}
		of->r->depth--;
	}
	return !of->r->err.text[0];
}

bool lr_budget_read_baseline(struct lr_budget_reader *r, struct lr_budget *b, const json_t *o)
{
	struct members m = {.r = r, .o = o};
	r->at[0].key = "baseline";
	r->depth = 1;
	if (!json_is_object(o)) {
		lr_error_set(&r->err, "\"baseline\" must be an object");
		return false;
	}
	struct lr_measure *to = b->baseline = lr_measure_new();
	if (!number(&m, "processes", &to->processes) || !number(&m, "judged", &to->judged) ||
		!flag(&m, "by_thread", &to->by_thread) || !flag(&m, "by_region", &to->by_region) ||
		!read_values(&m, b))
		return false;
	for (int i = 0; i < LISTS; i++)
		if (!read_list(&m, to, i))
			return false;
	return nothing_else(&m);
}
