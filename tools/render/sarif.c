/* Outcomes in SARIF 2.1.0, for code scanning: a rule for each rule of a check or kind of error, a
 * result for each that failed. What passed is left out: its alert is then closed. What could not be
 * judged is a result of kind "open". */
#include <config.h>
#include "tools/render/sarif_parts.h"

#include <stdlib.h>
#include <string.h>
#include "tools/check/kinds.h"
#include "tools/util/mem.h"
#include "tools/util/text.h"

enum { SITES = 100, TOLD = 10 };

static json_t *tags(void)
{
	json_t *o = json_object(), *list = json_array();
	json_array_append_new(list, lr_json_text("memory"));
	lr_json_set(o, "tags", list);
	lr_json_set(o, "precision", lr_json_text("very-high"));
	lr_json_set(o, "problem.severity", lr_json_text("error"));
	return o;
}

static json_t *descriptor(const struct lr_outcome *x)
{
	json_t *o = json_object(), *level = json_object();
	const char *text = x->rule ? x->title : lr_kind_text(x->id);
	const char *help = x->rule ? x->hint : lr_kind_advice(x->id);
	lr_json_set(o, "id", lr_sarif_name(x->id));
	lr_json_set(o, "shortDescription", lr_sarif_words(text ? text : x->id));
	lr_json_set(o, "fullDescription", lr_sarif_words(text ? text : x->id));
	lr_json_set(o, "help",
		lr_sarif_words(help      ? help
			       : x->rule ? "A rule of a budget of allocations; see leakreport(1)."
					 : "See leakreport(1)."));
	lr_json_set(level, "level", lr_json_text("error"));
	lr_json_set(o, "defaultConfiguration", level);
	lr_json_set(o, "properties", tags());
	return o;
}

/* Each id once. index[i]: of outcome i among them. */
static json_t *descriptors(const struct lr_outcomes *o, size_t *index)
{
	json_t *list = json_array(), *seen = json_object();
	for (size_t i = 0; i < o->used; i++) {
		json_t *key = lr_sarif_name(o->list[i].id);
		json_t *have = json_object_get(seen, json_string_value(key));
		index[i] = have ? (size_t)json_integer_value(have) : json_array_size(list);
		if (!have) {
			lr_json_set(seen, json_string_value(key), lr_json_number(index[i]));
			json_array_append_new(list, descriptor(&o->list[i]));
		}
		json_decref(key);
	}
	json_decref(seen);
	return list;
}

static json_t *message_of(const struct lr_outcome *x, const struct lr_outcome_site *alone)
{
	struct lr_page p;
	lr_page_begin(&p);
	lr_put_clean(p.f, x->message);
	fputc('\n', p.f);
	lr_put_remarks(p.f, x, "");
	if (alone)
		fprintf(p.f, "%s%s", x->error ? "" : alone->words, x->error ? "" : ":\n");
	if (alone)
		lr_put_path(p.f, alone, "  ");
	else
		lr_put_sites(p.f, x, TOLD, "");
	char *text = lr_page_end(&p);
	size_t n = strlen(text);
	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = 0;
	json_t *j = lr_sarif_message(text);
	free(text);
	return j;
}

/* primaryLocationLineHash is what GitHub tells alerts apart by, together with rule and file. */
static json_t *fingerprints(const struct lr_outcome_site *s)
{
	json_t *o = json_object();
	char line[32];
	snprintf(line, sizeof(line), "%s:1", s->fingerprint);
	lr_json_set(o, "leaktraceCallPath/v1", lr_json_text(s->fingerprint));
	lr_json_set(o, "primaryLocationLineHash", lr_json_text(line));
	return o;
}

static void number(json_t *o, const char *key, bool has, uint64_t v)
{
	if (has)
		lr_json_set(o, key, lr_json_number(v));
}

static json_t *numbers(const struct lr_outcome *x, const struct lr_outcome_site *s)
{
	json_t *o = json_object();
	const struct lr_check_rule *r = x->rule;
	if (r) {
		lr_json_set(o, "metric", lr_sarif_name(r->metric));
		number(o, "actual", x->status != LR_CHECK_UNKNOWN, r->actual);
		number(o, "min", r->has_min, r->min);
		number(o, "max", r->has_max, r->max);
		number(o, "baseline", r->has_baseline, r->baseline);
		lr_json_set(o, "deterministic", json_boolean(r->deterministic));
	}
	if (s && s->of) {
		number(o, "siteActual", true, s->of->actual);
		number(o, "siteBaseline", s->of->has_baseline, s->of->baseline);
	}
	if (x->error) {
		number(o, "count", true, x->error->count);
		number(o, "bytes", true, x->error->bytes);
		number(o, "ledBlocks", x->error->led_blocks != 0, x->error->led_blocks);
		number(o, "ledBytes", x->error->led_blocks != 0, x->error->led_bytes);
	}
	return o;
}

static const struct lr_outcome_frame *frame_of(const struct lr_outcome_site *s)
{
	return !s ? NULL : &s->frames[s->at < s->used ? s->at : s->means];
}

static json_t *related(const struct lr_outcomes *o, const struct lr_outcome *x)
{
	json_t *list = json_array();
	for (size_t i = 1; i < x->used && i < TOLD; i++) {
		json_t *place = lr_sarif_location(o, frame_of(&x->sites[i]));
		lr_json_set(place, "id", lr_json_number(i));
		lr_json_set(place, "message", lr_sarif_words(x->sites[i].words));
		json_array_append_new(list, place);
	}
	return list;
}

/* s: where, or NULL; alone: this site breaks the rule by itself. */
static json_t *result(const struct lr_outcomes *o, const struct lr_outcome *x, size_t index,
	const struct lr_outcome_site *s, bool alone)
{
	json_t *r = json_object(), *places = json_array(), *flows = s ? lr_sarif_flows(s) : NULL;
	bool open = x->status == LR_CHECK_UNKNOWN;
	lr_json_set(r, "ruleId", lr_sarif_name(x->id));
	lr_json_set(r, "ruleIndex", lr_json_number(index));
	lr_json_set(r, "kind", lr_json_text(open ? "open" : "fail"));
	lr_json_set(r, "level", lr_json_text(open ? "none" : "error"));
	lr_json_set(r, "message", message_of(x, alone ? s : NULL));
	json_array_append_new(places, lr_sarif_location(o, frame_of(s)));
	lr_json_set(r, "locations", places);
	if (!alone && x->used > 1)
		lr_json_set(r, "relatedLocations", related(o, x));
	if (s) {
		lr_json_set(r, "partialFingerprints", fingerprints(s));
		lr_json_set(r, "stacks", lr_sarif_stacks(s));
	}
	if (flows)
		lr_json_set(r, "codeFlows", flows);
	lr_json_set(r, "properties", numbers(x, s));
	return r;
}

/* A rule that allows none, or has no numbers, is broken by each of its sites. */
static bool each_site_breaks(const struct lr_outcome *x)
{
	return x->error ||
	       (x->rule && !(x->rule->has_max && x->rule->max > 0) && !x->rule->has_min);
}

static void add_results(
	json_t *list, const struct lr_outcomes *o, const struct lr_outcome *x, size_t index)
{
	if (x->status == LR_CHECK_PASSED)
		return;
	if (x->used == 0 || !each_site_breaks(x)) {
		json_array_append_new(
			list, result(o, x, index, x->used ? &x->sites[0] : NULL, false));
		return;
	}
	for (size_t i = 0; i < x->used && i < SITES; i++)
		json_array_append_new(list, result(o, x, index, &x->sites[i], true));
}

static json_t *tool(json_t *rules)
{
	json_t *o = json_object(), *driver = json_object();
	lr_json_set(driver, "name", lr_json_text("leaktrace"));
	lr_json_set(driver, "version", lr_json_text(PACKAGE_VERSION));
	lr_json_set(driver, "rules", rules);
	lr_json_set(o, "driver", driver);
	return o;
}

/* Reports of several programs in one job are kept apart by it. */
static json_t *automation(const struct lr_outcomes *o)
{
	struct lr_page p;
	json_t *a = json_object();
	lr_page_begin(&p);
	fprintf(p.f, "leaktrace-%s/", o->what);
	if (o->program) {
		lr_put_clean(p.f, o->program);
		fputc('/', p.f);
	}
	char *id = lr_page_end(&p);
	lr_json_set(a, "id", lr_json_text(id));
	free(id);
	return a;
}

static json_t *invocation(const struct lr_outcomes *o)
{
	json_t *list = json_array(), *run = json_object(), *told = json_array();
	lr_json_set(run, "executionSuccessful", json_true());
	for (size_t i = 0; i < o->notes_used; i++) {
		json_t *n = json_object();
		lr_json_set(n, "level", lr_json_text("note"));
		lr_json_set(n, "message", lr_sarif_words(o->notes[i]));
		json_array_append_new(told, n);
	}
	lr_json_set(run, "toolExecutionNotifications", told);
	json_array_append_new(list, run);
	return list;
}

static json_t *bases(void)
{
	json_t *o = json_object(), *top = json_object();
	lr_json_set(top, "description", lr_sarif_message("The top of the source tree."));
	lr_json_set(o, "%SRCROOT%", top);
	return o;
}

void lr_lay_sarif(FILE *f, const struct lr_outcomes *o)
{
	json_t *log = json_object(), *runs = json_array(), *run = json_object(),
	       *results = json_array();
	size_t *index = lr_calloc(o->used, sizeof(*index));
	lr_json_set(log, "$schema", lr_json_text("https://json.schemastore.org/sarif-2.1.0.json"));
	lr_json_set(log, "version", lr_json_text("2.1.0"));
	lr_json_set(run, "tool", tool(descriptors(o, index)));
	lr_json_set(run, "automationDetails", automation(o));
	lr_json_set(run, "invocations", invocation(o));
	lr_json_set(run, "originalUriBaseIds", bases());
	for (size_t i = 0; i < o->used; i++)
		add_results(results, o, &o->list[i], index[i]);
	lr_json_set(run, "results", results);
	json_array_append_new(runs, run);
	lr_json_set(log, "runs", runs);
	json_dumpf(log, f, JSON_INDENT(2));
	fputc('\n', f);
	json_decref(log);
	free(index);
}
