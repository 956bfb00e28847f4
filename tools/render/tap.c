/* Outcomes in the Test Anything Protocol, version 13: a point for each, and below those that are
 * not ok a YAML block with the numbers and who accounts for them. What could not be judged is not
 * ok: the SKIP and TODO that the protocol has besides would let a run pass. */
#include "tools/render/verdict_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "tools/check/words.h"
#include "tools/util/text.h"

enum { SITES = 10 };

/* "# SKIP" and "# TODO" would let the point pass. A backslash in front of them is no help: readers
 * differ on it, and show it. */
static bool is_directive(const char *s)
{
	if (*s != '#')
		return false;
	s += 1 + strspn(s + 1, " ");
	return strncasecmp(s, "skip", 4) == 0 || strncasecmp(s, "todo", 4) == 0;
}

static void put_description(FILE *f, const char *s)
{
	char *clean = lr_clean(s);
	for (const char *c = clean; *c; c++)
		if (is_directive(c))
			fputs("\xef\xbf\xbd", f);
		else
			fputc(*c, f);
	free(clean);
}

/* YAML: double-quoted, whatever is in it. */
static void put_quoted(FILE *f, const char *s)
{
	char *clean = lr_clean(s);
	fputc('"', f);
	for (const char *c = clean; *c; c++) {
		if (*c == '"' || *c == '\\')
			fputc('\\', f);
		fputc(*c, f);
	}
	fputs("\"\n", f);
	free(clean);
}

static void text(FILE *f, const char *indent, const char *key, const char *value)
{
	if (!value)
		return;
	fprintf(f, "%s%s: ", indent, key);
	put_quoted(f, value);
}

static void number(FILE *f, const char *indent, const char *key, uint64_t value)
{
	fprintf(f, "%s%s: %" PRIu64 "\n", indent, key, value);
}

static void difference(FILE *f, const char *indent, uint64_t now, uint64_t before)
{
	if (now < before)
		fprintf(f, "%sdifference: -%" PRIu64 "\n", indent, before - now);
	else
		number(f, indent, "difference", now - before);
}

static void site(FILE *f, const struct lr_outcome_site *s)
{
	static const char in[] = "      ";
	const struct lr_outcome_frame *at = s->at < s->used ? &s->frames[s->at] : NULL;
	fputs("    - function: ", f);
	put_quoted(f, s->frames[s->means].function);
	text(f, in, "module", s->frames[s->means].module);
	if (at) {
		text(f, in, "file", at->file);
		number(f, in, "line", at->line);
	}
	if (s->of) {
		number(f, in, "actual", s->of->actual);
		if (s->of->has_baseline) {
			number(f, in, "baseline", s->of->baseline);
			difference(f, in, s->of->actual, s->of->baseline);
		}
		if (s->of->is_new)
			fprintf(f, "%snew: true\n", in);
		text(f, in, "renamed_from", s->of->renamed_from);
	}
	fprintf(f, "%sstack:\n", in);
	for (size_t i = 0; i < s->used; i++) {
		struct lr_page p;
		lr_page_begin(&p);
		lr_put_frame(p.f, &s->frames[i]);
		char *line = lr_page_end(&p);
		fputs("        - ", f);
		put_quoted(f, line);
		free(line);
	}
}

static void numbers(FILE *f, const struct lr_check_rule *r)
{
	static const char in[] = "  ";
	struct lr_check_off off = lr_check_off(r);
	text(f, in, "metric", r->metric);
	text(f, in, "unit", r->bytes ? "bytes" : "count");
	if (r->has_min)
		number(f, in, "min", r->min);
	if (r->has_max)
		number(f, in, "max", r->max);
	if (r->status != LR_CHECK_UNKNOWN) {
		number(f, in, "actual", r->actual);
		if (off.by)
			difference(f, in, off.less ? 0 : off.by, off.less ? off.by : 0);
	}
	if (r->has_baseline)
		number(f, in, "baseline", r->baseline);
	if (!r->deterministic) {
		number(f, in, "lowest", r->lowest);
		number(f, in, "highest", r->highest);
	}
	text(f, in, "reason", r->reason);
}

static void block(FILE *f, const struct lr_outcome *x)
{
	size_t shown = x->used < SITES ? x->used : SITES;
	fputs("  ---\n", f);
	text(f, "  ", "message", x->message);
	text(f, "  ", "status", lr_check_words[x->status]);
	text(f, "  ", "rule", x->title);
	if (x->rule)
		numbers(f, x->rule);
	if (x->error) {
		number(f, "  ", "count", x->error->count);
		number(f, "  ", "bytes", x->error->bytes);
	}
	if (shown)
		fputs("  sites:\n", f);
	for (size_t i = 0; i < shown; i++)
		site(f, &x->sites[i]);
	if (x->all > shown)
		number(f, "  ", "more_sites", x->all - shown);
	fputs("  ...\n", f);
}

static void remark(FILE *f, const struct lr_outcome *x)
{
	if (x->status == LR_CHECK_PASSED)
		lr_put_remarks(f, x, "# ");
}

void lr_lay_tap(FILE *f, const struct lr_outcomes *o)
{
	fprintf(f, "TAP version 13\n1..%zu\n", o->used);
	for (size_t i = 0; i < o->used; i++) {
		const struct lr_outcome *x = &o->list[i];
		fprintf(f, "%s %zu - ", x->status == LR_CHECK_PASSED ? "ok" : "not ok", i + 1);
		put_description(f, x->title);
		fputc('\n', f);
		if (x->status != LR_CHECK_PASSED)
			block(f, x);
		remark(f, x);
	}
	for (size_t i = 0; i < o->notes_used; i++) {
		fputs("# ", f);
		lr_put_clean(f, o->notes[i]);
		fputc('\n', f);
	}
}
