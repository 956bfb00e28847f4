/* Writing a budget: an object a line, in an order of names, so that versions of it compare and
 * merge line by line. */
#include <stdlib.h>
#include <string.h>
#include "tools/check/budget_parts.h"
#include "tools/util/json.h"
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/findings.h"

static char *line_of(const json_t *o)
{
	char *text = json_dumps(o, JSON_ENSURE_ASCII);
	return text ? text : lr_strdup("{}");
}

void lr_budget_write_list(FILE *f, const char *key, json_t *list, const char *indent, bool last)
{
	size_t n = json_array_size(list);
	fprintf(f, "%s\"%s\": [", indent, key);
	for (size_t i = 0; i < n; i++) {
		char *line = line_of(json_array_get(list, i));
		fprintf(f, "%s\n%s  %s", i ? "," : "", indent, line);
		free(line);
	}
	fprintf(f, "%s%s]%s\n", n ? "\n" : "", n ? indent : "", last ? "" : ",");
	json_decref(list);
}

static int by_text(const void *pa, const void *pb)
{
	return strcmp(*(char *const *)pa, *(char *const *)pb);
}

/* The same in the order of its lines; nothing where there are none. */
static void write_sorted(FILE *f, const char *key, json_t *list)
{
	size_t n = json_array_size(list);
	char **lines = lr_calloc(n + 1, sizeof(*lines));
	for (size_t i = 0; i < n; i++)
		lines[i] = line_of(json_array_get(list, i));
	qsort(lines, n, sizeof(*lines), by_text);
	if (n)
		fprintf(f, ",\n    \"%s\": [", key);
	for (size_t i = 0; i < n; i++) {
		fprintf(f, "%s\n      %s", i ? "," : "", lines[i]);
		free(lines[i]);
	}
	if (n)
		fputs("\n    ]", f);
	free(lines);
	json_decref(list);
}

static void put_values(json_t *o, const struct lr_values *v)
{
	for (int i = 0; i < LR_METRIC_COUNT; i++)
		if (v->of[i])
			lr_json_set(o, lr_metrics[i].key, lr_json_number(v->of[i]));
}

/* The module stands where it is another than that of the line before. */
static json_t *path(const struct lr_measured_frame *f)
{
	json_t *list = json_array();
	const char *before = NULL;
	for (; f; f = f->outer) {
		json_t *v;
		char *both = lr_format("%s!%s", f->module, f->function);
		if (strchr(f->module, '!'))
			v = json_pack("{s:o,s:o}", "module", lr_json_text(f->module), "function",
				lr_json_text(f->function));
		else if (before && strcmp(before, f->module) == 0 && !strchr(f->function, '!'))
			v = lr_json_text(f->function);
		else
			v = lr_json_text(both);
		json_array_append_new(list, v);
		free(both);
		before = f->module;
	}
	return list;
}

static void put_program(json_t *o, const struct lr_measure *m, uint32_t program)
{
	if (m->programs_used > 1)
		lr_json_set(o, "program", lr_json_text(m->programs[program].name));
}

static json_t *programs(const struct lr_measure *m)
{
	json_t *list = json_array();
	for (size_t i = 0; i < m->programs_used; i++) {
		json_t *o = json_object();
		lr_json_set(o, "name", lr_json_text(m->programs[i].name));
		lr_json_set(o, "processes", lr_json_number(m->programs[i].processes));
		put_values(o, &m->programs[i].values);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *threads(const struct lr_measure *m)
{
	json_t *list = json_array();
	for (size_t i = 0; m->by_thread && i < m->threads_used; i++) {
		json_t *o = json_object();
		lr_json_set(o, "name", lr_json_text(m->threads[i].name));
		put_program(o, m, m->threads[i].program);
		lr_json_set(o, "threads", lr_json_number(m->threads[i].threads));
		put_values(o, &m->threads[i].values);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *pair(const uint64_t of[2])
{
	return json_pack("[o,o]", lr_json_number(of[0]), lr_json_number(of[1]));
}

static json_t *regions(const struct lr_measure *m)
{
	json_t *list = json_array();
	for (size_t i = 0; i < m->regions_used; i++) {
		const struct lr_measured_region *g = &m->regions[i];
		json_t *o = json_object();
		lr_json_set(o, "name", lr_json_text(g->name));
		put_program(o, m, g->program);
		lr_json_set(o, "entries", lr_json_number(g->entries));
		lr_json_set(o, "least", pair(g->least));
		lr_json_set(o, "most", pair(g->most));
		put_values(o, &g->values);
		json_array_append_new(list, o);
	}
	return list;
}

static void put_site(json_t *o, const struct lr_measure *m, uint32_t site)
{
	if (site)
		lr_json_set(o, "path", path(m->sites[site - 1].path));
}

static json_t *findings(const struct lr_measure *m)
{
	json_t *list = json_array();
	for (size_t i = 0; i < m->findings_used; i++) {
		const struct lr_measured_finding *x = &m->findings[i];
		json_t *o = json_object();
		lr_json_set(o, "kind", lr_json_text(x->kind));
		put_program(o, m, x->program);
		put_site(o, m, x->site);
		lr_json_set(o, "severity",
			lr_json_text(lr_severity_names[x->severity < LR_SEVERITY_COUNT ? x->severity
										       : 0]));
		lr_json_set(o, "count", lr_json_number(x->count));
		lr_json_set(o, "bytes", lr_json_number(x->bytes));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *resources(const struct lr_measure *m)
{
	json_t *list = json_array();
	for (size_t i = 0; i < m->resources_used; i++) {
		const struct lr_measured_resource *x = &m->resources[i];
		json_t *o = json_object();
		lr_json_set(o, "kind", lr_json_text(x->kind));
		put_program(o, m, x->program);
		put_site(o, m, x->site);
		lr_json_set(o, "created", lr_json_number(x->created));
		lr_json_set(o, "open", lr_json_number(x->open));
		lr_json_set(o, "peak", lr_json_number(x->peak));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *rows(const struct lr_measure *m, const bool *keep)
{
	json_t *list = json_array();
	for (size_t i = 0; i < m->rows_used; i++) {
		const struct lr_measured_row *x = &m->rows[i];
		const char *file = m->sites[x->site].file;
		if (!keep[x->site])
			continue;
		json_t *o = json_object();
		put_site(o, m, x->site + 1);
		put_program(o, m, x->program);
		if (x->thread)
			lr_json_set(o, "thread", lr_json_text(m->threads[x->thread - 1].name));
		if (x->region)
			lr_json_set(o, "region", lr_json_text(m->regions[x->region - 1].name));
		if (file)
			lr_json_set(o, "file", lr_json_text(lr_base_name(file)));
		put_values(o, &x->values);
		json_array_append_new(list, o);
	}
	return list;
}

static void put_object(FILE *f, const char *key, json_t *o)
{
	char *line = line_of(o);
	fprintf(f, ",\n    \"%s\": %s", key, line);
	free(line);
	json_decref(o);
}

static void write_rest(
	const struct lr_budget *b, FILE *f, uint64_t left, const struct lr_values *of)
{
	json_t *rest = json_object(), *most = json_object();
	put_values(most, of);
	lr_json_set(rest, "sites", lr_json_number(left));
	lr_json_set(rest, "most", most);
	put_object(f, "rest", rest);
	(void)b;
}

static void write_pinned(const struct lr_budget *b, FILE *f)
{
	json_t *o = json_object();
	for (size_t i = 0; i < b->pinned_used; i++)
		lr_json_set(o, b->pinned[i].id, lr_json_number(b->pinned[i].value));
	if (b->pinned_used)
		put_object(f, "values", o);
	else
		json_decref(o);
}

void lr_budget_write_baseline(const struct lr_budget *b, FILE *f)
{
	const struct lr_measure *m = b->baseline;
	bool *keep = lr_calloc(m->sites_used + 1, sizeof(*keep));
	struct lr_values most = b->rest_most;
	uint64_t left = 0;
	json_t *total = json_object();
	lr_budget_choose(b, keep, &left, &most);
	put_values(total, &m->total);
	fprintf(f, "  \"baseline\": {\n    \"processes\": %llu,\n    \"judged\": %llu",
		(unsigned long long)m->processes, (unsigned long long)m->judged);
	if (m->by_thread)
		fputs(",\n    \"by_thread\": true", f);
	if (m->by_region)
		fputs(",\n    \"by_region\": true", f);
	put_object(f, "total", total);
	if (left)
		write_rest(b, f, left, &most);
	write_pinned(b, f);
	write_sorted(f, "programs", programs(m));
	write_sorted(f, "threads", threads(m));
	write_sorted(f, "regions", regions(m));
	write_sorted(f, "findings", findings(m));
	write_sorted(f, "resources", resources(m));
	write_sorted(f, "sites", rows(m, keep));
	fputs("\n  }\n", f);
	free(keep);
}

void lr_budget_write(const struct lr_budget *b, FILE *f)
{
	json_t *rules = json_array();
	for (size_t i = 0; i < b->used; i++)
		json_array_append_new(rules, lr_budget_rule_to_json(&b->rules[i]));
	fprintf(f, "{\n  \"leaktrace_budget\": %d,\n", LR_BUDGET_VERSION);
	lr_budget_write_list(f, "rules", rules, "  ", !b->baseline);
	if (b->baseline)
		lr_budget_write_baseline(b, f);
	fputs("}\n", f);
}
