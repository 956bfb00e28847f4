/* Outcomes as a summary for a pull request or a step of a job: a table, failures first, then what
 * accounts for each of them, what can be tightened, and what passed. */
#include "tools/render/markdown_parts.h"

#include <stdlib.h>
#include "tools/check/words.h"
#include "tools/render/verdict_parts.h"
#include "tools/util/text.h"

/* A comment holds 64 KiB, a step's summary 1 MiB. */
enum { SITES = 10, PROBLEMS = 100, PASSED = 100 };

static void amount(FILE *f, bool has, uint64_t v, bool bytes)
{
	char *text = lr_check_amount(v, bytes);
	fputs(has ? text : "", f);
	free(text);
}

/* The baseline, and how far from it. */
static void baseline(FILE *f, const struct lr_check_rule *r)
{
	bool less = r->actual < r->baseline;
	amount(f, r->has_baseline, r->baseline, r->bytes);
	if (r->has_baseline && r->status != LR_CHECK_UNKNOWN && r->actual != r->baseline)
		fprintf(f, " (%s%s)", less ? "&minus;" : "+",
			lr_show_count(less ? r->baseline - r->actual : r->actual - r->baseline)
				.text);
}

static void rule_row(FILE *f, const struct lr_outcome *x)
{
	const struct lr_check_rule *r = x->rule;
	char *limit = lr_check_limit(r);
	fprintf(f, "| %s | ",
		x->status == LR_CHECK_PASSED    ? "passed"
		: x->status == LR_CHECK_UNKNOWN ? "**not judged**"
						: "**failed**");
	lr_markdown_code(f, x->name);
	fputs(" | ", f);
	amount(f, x->status != LR_CHECK_UNKNOWN, r->actual, r->bytes);
	fprintf(f, " | %s | ", limit);
	baseline(f, r);
	fputs(" |\n", f);
	free(limit);
}

static void error_row(FILE *f, const struct lr_outcome *x)
{
	const struct lr_outcome_site *s = x->used ? &x->sites[0] : NULL;
	fprintf(f, "| **%s** | ", x->status == LR_CHECK_UNKNOWN ? "not judged" : "error");
	lr_markdown_code(f, x->id);
	fputs(" | ", f);
	lr_markdown_words(f, x->message);
	fputs(" | ", f);
	if (s) {
		struct lr_page p;
		lr_page_begin(&p);
		lr_put_frame(p.f, &s->frames[s->at < s->used ? s->at : s->means]);
		char *text = lr_page_end(&p);
		lr_markdown_code(f, text);
		free(text);
	}
	fputs(" |\n", f);
}

static void table_head(FILE *f, const struct lr_outcomes *o)
{
	fputs(o->check ? "| | rule | measured | allowed | baseline |\n"
			 "|---|---|--:|--:|--:|\n"
		       : "| | kind | what | where |\n|---|---|---|---|\n",
		f);
}

static void rows(FILE *f, const struct lr_outcomes *o, enum lr_check_status status, size_t most)
{
	size_t shown = 0;
	for (size_t i = 0; i < o->used && shown < most; i++) {
		const struct lr_outcome *x = &o->list[i];
		if (x->status != status)
			continue;
		shown++;
		if (x->rule)
			rule_row(f, x);
		else
			error_row(f, x);
	}
	if (o->of[status] > shown)
		fprintf(f, "| | and %zu more |\n", o->of[status] - shown);
}

/* Blank lines around what is within end the HTML, so that it is Markdown again. */
static void culprits(FILE *f, const struct lr_outcome *x)
{
	struct lr_page p;
	lr_page_begin(&p);
	lr_put_remarks(p.f, x, "");
	lr_put_sites(p.f, x, SITES, "");
	char *text = lr_page_end(&p);
	fputs("<details><summary>", f);
	lr_markdown_html_code(f, x->name);
	fputs(": ", f);
	lr_markdown_words(f, x->message);
	fputs("</summary>\n\n", f);
	if (x->rule) {
		fputs("Rule: ", f);
		lr_markdown_code(f, x->title);
		fputs("\n\n", f);
	}
	if (*text)
		lr_markdown_block(f, text);
	fputs("\n</details>\n\n", f);
	free(text);
}

static void all_culprits(FILE *f, const struct lr_outcomes *o, enum lr_check_status status)
{
	size_t shown = 0;
	for (size_t i = 0; i < o->used && shown < PROBLEMS; i++)
		if (o->list[i].status == status) {
			culprits(f, &o->list[i]);
			shown++;
		}
}

static void problems(FILE *f, const struct lr_outcomes *o)
{
	if (o->of[LR_CHECK_PASSED] == o->used)
		return;
	table_head(f, o);
	rows(f, o, LR_CHECK_FAILED, PROBLEMS);
	rows(f, o, LR_CHECK_UNKNOWN, PROBLEMS);
	fputc('\n', f);
	all_culprits(f, o, LR_CHECK_FAILED);
	all_culprits(f, o, LR_CHECK_UNKNOWN);
}

static void passed(FILE *f, const struct lr_outcomes *o)
{
	if (!o->check || !o->of[LR_CHECK_PASSED])
		return;
	fprintf(f, "<details><summary>%zu %s passed</summary>\n\n", o->of[LR_CHECK_PASSED],
		o->of[LR_CHECK_PASSED] == 1 ? "rule" : "rules");
	table_head(f, o);
	rows(f, o, LR_CHECK_PASSED, PASSED);
	fputs("\n</details>\n\n", f);
}

static void loose(FILE *f, const struct lr_outcomes *o)
{
	if (!o->loose)
		return;
	fputs("Could be held tighter:\n\n", f);
	for (size_t i = 0, shown = 0; i < o->used && shown < PASSED; i++) {
		const struct lr_check_rule *r = o->list[i].rule;
		if (!r || !r->loose || !r->tighter)
			continue;
		fputs("- ", f);
		lr_markdown_code(f, r->tighter);
		fputc('\n', f);
		shown++;
	}
	fputc('\n', f);
}

static void varying(FILE *f, const struct lr_outcomes *o)
{
	bool any = false;
	for (size_t i = 0; i < o->used; i++) {
		const struct lr_check_rule *r = o->list[i].rule;
		if (!r || r->deterministic)
			continue;
		if (!any)
			fprintf(f, "Not the same in all of %s runs:\n\n",
				lr_show_count(o->runs).text);
		any = true;
		fputs("- ", f);
		lr_markdown_code(f, o->list[i].name);
		fprintf(f, ": %s to ", lr_show_count(r->lowest).text);
		amount(f, true, r->highest, r->bytes);
		fputc('\n', f);
	}
	if (any)
		fputc('\n', f);
}

static void sums(FILE *f, const struct lr_outcomes *o)
{
	const size_t *of = o->of;
	if (o->check) {
		fprintf(f, "%zu of %zu %s failed", of[LR_CHECK_FAILED], o->used,
			o->used == 1 ? "rule" : "rules");
		if (of[LR_CHECK_UNKNOWN])
			fprintf(f, ", %zu could not be judged", of[LR_CHECK_UNKNOWN]);
		fputs(".\n\n", f);
	} else if (of[LR_CHECK_FAILED]) {
		fprintf(f, "%s %s at %s %s.\n\n", lr_show_count(o->errors->count).text,
			o->errors->count == 1 ? "error" : "errors",
			lr_show_count(o->errors->used).text,
			o->errors->used == 1 ? "site" : "sites");
	}
}

static void headline(FILE *f, const struct lr_outcomes *o)
{
	fprintf(f, "### leaktrace %s: %s", o->what,
		o->status == LR_CHECK_FAILED    ? "failed"
		: o->status == LR_CHECK_UNKNOWN ? "not judged"
						: "passed");
	if (o->program) {
		fputs(", ", f);
		lr_markdown_code(f, o->program);
	}
	fputs("\n\n", f);
	sums(f, o);
	if (o->errors && o->status == LR_CHECK_PASSED) {
		lr_markdown_words(f, o->list[0].message);
		fputs("\n\n", f);
	}
}

static void notes(FILE *f, const struct lr_outcomes *o)
{
	for (size_t i = 0; i < o->notes_used; i++) {
		fputs("- ", f);
		lr_markdown_words(f, o->notes[i]);
		fputc('\n', f);
	}
	if (o->notes_used)
		fputc('\n', f);
}

void lr_lay_markdown(FILE *f, const struct lr_outcomes *o)
{
	headline(f, o);
	problems(f, o);
	loose(f, o);
	varying(f, o);
	notes(f, o);
	passed(f, o);
}
