/* Outcomes as JUnit XML, in the elements and attributes that its readers have in common (those of
 * Jenkins' schema): a suite, a test case for each outcome. What could not be judged is an error;
 * "skipped" would count as passed. The machine's name and the time of day are not told: a dump may
 * have been made elsewhere, and long ago. */
#include <config.h>
#include "tools/render/verdict_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include "tools/check/words.h"
#include "tools/render/xml.h"
#include "tools/util/mem.h"
#include "tools/util/text.h"

enum { SITES = 20 };

static void attribute_number(struct lr_xml *x, const char *name, uint64_t v)
{
	char text[24];
	snprintf(text, sizeof(text), "%" PRIu64, v);
	lr_xml_attribute(x, name, text);
}

/* In milliseconds: Jenkins takes no more. Of the traced run, not of the reporter's; only the suite
 * has it: a rule takes no time. */
static void seconds(struct lr_xml *x, uint64_t us)
{
	char text[40];
	snprintf(text, sizeof(text), "%" PRIu64 ".%03" PRIu64, us / 1000000, us / 1000 % 1000);
	lr_xml_attribute(x, "time", text);
}

static void property(struct lr_xml *x, const char *name, const char *value)
{
	if (!value)
		return;
	lr_xml_begin(x, "property");
	lr_xml_attribute(x, "name", name);
	lr_xml_attribute(x, "value", value);
	lr_xml_end(x, "property");
}

static void number(struct lr_xml *x, const char *of, const char *what, bool has, uint64_t v)
{
	char text[24];
	if (!has)
		return;
	snprintf(text, sizeof(text), "%" PRIu64, v);
	char *name = lr_format("%s%s%s", of, *of ? "." : "", what);
	property(x, name, text);
	free(name);
}

static void rule_numbers(struct lr_xml *x, const struct lr_check_rule *r)
{
	number(x, r->id, "actual", r->status != LR_CHECK_UNKNOWN, r->actual);
	number(x, r->id, "min", r->has_min, r->min);
	number(x, r->id, "max", r->has_max, r->max);
	number(x, r->id, "baseline", r->has_baseline, r->baseline);
	number(x, r->id, "lowest", !r->deterministic, r->lowest);
	number(x, r->id, "highest", !r->deterministic, r->highest);
}

static void properties(struct lr_xml *x, const struct lr_outcomes *o)
{
	lr_xml_begin(x, "properties");
	property(x, "leaktrace", PACKAGE_VERSION);
	property(x, "program", o->program);
	property(x, "command", o->command);
	property(x, "budget", o->budget);
	number(x, "", "runs", o->runs > 1, o->runs);
	for (size_t i = 0; i < o->used; i++)
		if (o->list[i].rule)
			rule_numbers(x, o->list[i].rule);
	lr_xml_end(x, "properties");
}

static void put_line(FILE *f, const char *s)
{
	lr_put_clean(f, s);
	fputc('\n', f);
}

/* What a reader shows of a failure is its text alone, so the rule stands there, too. */
static void details(struct lr_xml *x, const struct lr_outcome *c)
{
	struct lr_page p;
	lr_page_begin(&p);
	put_line(p.f, c->title);
	put_line(p.f, c->message);
	if (c->rule && c->rule->has_baseline) {
		char *baseline = lr_check_amount(c->rule->baseline, c->rule->bytes);
		fprintf(p.f, "in the baseline: %s\n", baseline);
		free(baseline);
	}
	lr_put_remarks(p.f, c, "");
	lr_put_sites(p.f, c, SITES, "  ");
	char *text = lr_page_end(&p);
	lr_xml_lines(x, text);
	free(text);
}

static void problem(struct lr_xml *x, const struct lr_outcome *c)
{
	const char *element = c->status == LR_CHECK_FAILED ? "failure" : "error";
	lr_xml_begin(x, element);
	lr_xml_attribute(x, "type", c->rule ? c->rule->metric : c->id);
	lr_xml_attribute(x, "message", c->message);
	details(x, c);
	lr_xml_end(x, element);
}

static void remarks(struct lr_xml *x, const struct lr_outcome *c)
{
	struct lr_page p;
	lr_page_begin(&p);
	if (*c->message)
		put_line(p.f, c->message);
	lr_put_remarks(p.f, c, "");
	char *text = lr_page_end(&p);
	if (*text) {
		lr_xml_begin(x, "system-out");
		lr_xml_lines(x, text);
		lr_xml_end(x, "system-out");
	}
	free(text);
}

static void test_case(struct lr_xml *x, const struct lr_outcomes *o, const struct lr_outcome *c)
{
	char *class = lr_format("leaktrace.%s", o->program ? o->program : o->what);
	lr_xml_begin(x, "testcase");
	lr_xml_attribute(x, "classname", class);
	lr_xml_attribute(x, "name", c->name);
	lr_xml_attribute(x, "time", "0");
	if (c->status == LR_CHECK_PASSED)
		remarks(x, c);
	else
		problem(x, c);
	lr_xml_end(x, "testcase");
	free(class);
}

static void notes(struct lr_xml *x, const struct lr_outcomes *o)
{
	struct lr_page p;
	if (o->notes_used == 0)
		return;
	lr_page_begin(&p);
	for (size_t i = 0; i < o->notes_used; i++)
		put_line(p.f, o->notes[i]);
	char *text = lr_page_end(&p);
	lr_xml_begin(x, "system-out");
	lr_xml_lines(x, text);
	lr_xml_end(x, "system-out");
	free(text);
}

static void counts(struct lr_xml *x, const struct lr_outcomes *o)
{
	attribute_number(x, "tests", o->used);
	attribute_number(x, "failures", o->of[LR_CHECK_FAILED]);
	attribute_number(x, "errors", o->of[LR_CHECK_UNKNOWN]);
	seconds(x, o->duration_us);
}

void lr_lay_junit(FILE *f, const struct lr_outcomes *o)
{
	struct lr_xml x = {.f = f};
	char *name = lr_format(
		"leaktrace %s%s%s", o->what, o->program ? " " : "", o->program ? o->program : "");
	lr_xml_begin(&x, "testsuites");
	lr_xml_attribute(&x, "name", "leaktrace");
	counts(&x, o);
	lr_xml_begin(&x, "testsuite");
	lr_xml_attribute(&x, "name", name);
	counts(&x, o);
	properties(&x, o);
	for (size_t i = 0; i < o->used; i++)
		test_case(&x, o, &o->list[i]);
	notes(&x, o);
	lr_xml_end(&x, "testsuite");
	lr_xml_end(&x, "testsuites");
	free(name);
}
