/* What changed from one run to another, as a summary for a pull request. */
#include <stdlib.h>
#include "tools/render/markdown_parts.h"
#include "tools/render/verdict_parts.h"
#include "tools/util/text.h"

static void difference(FILE *f, const struct lr_two *t)
{
	bool less;
	uint64_t by = lr_two_by(t, &less);
	fprintf(f, " %s%s |", by ? less ? "&minus;" : "+" : "", lr_show_count(by).text);
}

static void number(FILE *f, uint64_t v)
{
	fprintf(f, " %s |", lr_show_count(v).text);
}

static void two(FILE *f, const struct lr_two *t)
{
	number(f, t->of[LR_BEFORE]);
	number(f, t->of[LR_AFTER]);
	difference(f, t);
}

static void totals(FILE *f, const struct lr_changes *v)
{
	fputs("| | before | after | difference |\n|---|--:|--:|--:|\n", f);
	for (int i = 0; i < LR_METRIC_COUNT; i++) {
		const struct lr_two *t = &v->total[i];
		if (!t->of[LR_BEFORE] && !t->of[LR_AFTER])
			continue;
		fprintf(f, "| %s |", lr_metrics[i].text);
		two(f, t);
		fputc('\n', f);
	}
	fputc('\n', f);
}

/* "parse_hdr <- parse_file <- main" */
static void path(FILE *f, const struct lr_measured_frame *from, size_t used, size_t left_out)
{
	struct lr_page p;
	lr_page_begin(&p);
	for (size_t i = 0; i < used && from; i++, from = from->outer) {
		fputs(i ? " <- " : "", p.f);
		fputs(from->function, p.f);
		if (lr_measured_is_nameless(from->function))
			fprintf(p.f, " of %s", *from->module ? from->module : "an unknown module");
	}
	if (left_out)
		fprintf(p.f, " <- %zu more", left_out);
	char *text = lr_page_end(&p);
	lr_markdown_code(f, text);
	free(text);
}

static void place(FILE *f, const struct lr_measured_site *s)
{
	struct lr_page p;
	if (!s->file)
		return;
	lr_page_begin(&p);
	fputs(lr_base_name(s->file), p.f);
	if (s->line)
		fprintf(p.f, ":%u", s->line);
	char *text = lr_page_end(&p);
	fputc(' ', f);
	lr_markdown_code(f, text);
	free(text);
}

/* Other columns than allocations and bytes, where there is something in them. */
static bool has_lost(const struct lr_changes *v)
{
	for (size_t i = 0; i < v->used; i++)
		if (lr_two_differ(&v->rows[i].lost_bytes))
			return true;
	return false;
}

static void row(FILE *f, const struct lr_change *r, bool lost)
{
	fprintf(f, "| %s |", lr_change_keys[r->kind]);
	difference(f, &r->of[LR_METRIC_ALLOCATIONS]);
	difference(f, &r->of[LR_METRIC_BYTES]);
	difference(f, &r->of[LR_METRIC_LIVE_BYTES]);
	if (lost)
		difference(f, &r->lost_bytes);
	fputc(' ', f);
	if (r->site) {
		path(f, r->means, r->path_used, r->left_out);
		place(f, r->site);
	} else {
		lr_markdown_code(f, r->name);
	}
	fputs(" |\n", f);
}

static void rows(FILE *f, const struct lr_changes *v)
{
	bool lost = has_lost(v);
	if (!v->used)
		return;
	fprintf(f, "| | allocations | bytes | unfreed bytes |%s %s |\n|---|--:|--:|--:|%s---|\n",
		lost ? " lost bytes |" : "", lr_group_names[v->group], lost ? "--:|" : "");
	for (size_t i = 0; i < v->used; i++)
		row(f, &v->rows[i], lost);
	fputc('\n', f);
	if (v->used < v->all_rows)
		fprintf(f, "%zu of %zu, those that changed most.\n\n", v->used, v->all_rows);
}

static void branches(FILE *f, const struct lr_changes *v)
{
	if (!v->branches_used)
		return;
	fputs("<details><summary>Calls that are new or gone, with all below them</summary>\n\n"
	      "| | allocations | bytes | sites | call |\n|---|--:|--:|--:|---|\n",
		f);
	for (size_t i = 0; i < v->branches_used; i++) {
		const struct lr_branch *b = &v->branches[i];
		struct lr_two allocations = {{0}}, bytes = {{0}};
		allocations.of[!b->gone] = b->values.of[LR_METRIC_ALLOCATIONS];
		bytes.of[!b->gone] = b->values.of[LR_METRIC_BYTES];
		fprintf(f, "| %s |", b->gone ? "gone" : "new");
		difference(f, &allocations);
		difference(f, &bytes);
		number(f, b->sites);
		fputc(' ', f);
		path(f, b->called, b->path_used, b->left_out);
		fputs(" |\n", f);
	}
	fputs("\n</details>\n\n", f);
}

static void findings(FILE *f, const struct lr_changes *v)
{
	if (!v->findings_used)
		return;
	fputs("| finding | before | after | difference | site |\n|---|--:|--:|--:|---|\n", f);
	for (size_t i = 0; i < v->findings_used; i++) {
		const struct lr_finding_change *x = &v->findings[i];
		fprintf(f, "| `%s` |", x->kind);
		two(f, &x->count);
		fputc(' ', f);
		if (x->site)
			path(f, x->site->means, x->path_used, x->left_out);
		fputs(" |\n", f);
	}
	fputc('\n', f);
}

static void resources(FILE *f, const struct lr_changes *v)
{
	if (!v->resources_used)
		return;
	fputs("| open in the end | before | after | difference | site |\n"
	      "|---|--:|--:|--:|---|\n",
		f);
	for (size_t i = 0; i < v->resources_used; i++) {
		const struct lr_resource_change *x = &v->resources[i];
		fprintf(f, "| %s |", x->kind);
		two(f, &x->open);
		fputc(' ', f);
		if (x->site)
			path(f, x->site->means, x->path_used, x->left_out);
		fputs(" |\n", f);
	}
	fputc('\n', f);
}

static void notes(FILE *f, const struct lr_changes *v, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		fputs("- ", f);
		lr_markdown_words(f, v->notes[i]);
		fputc('\n', f);
	}
	if (from < to)
		fputc('\n', f);
}

static void heads(FILE *f, const struct lr_changes *v)
{
	const struct lr_measure *m = v->compare->of[LR_AFTER];
	fputs("### leaktrace diff", f);
	if (m->programs_used) {
		fputs(": ", f);
		lr_markdown_code(f, m->programs[0].name);
		if (m->programs_used > 1)
			fprintf(f, " and %zu other%s", m->programs_used - 1,
				m->programs_used == 2 ? "" : "s");
	}
	fputs("\n\n", f);
}

void lr_markdown_changes(FILE *f, const struct lr_changes *v)
{
	heads(f, v);
	notes(f, v, 0, v->warnings);
	if (v->same) {
		fprintf(f, "No differences: %s allocations in both, at the same sites.\n\n",
			lr_show_count(v->total[LR_METRIC_ALLOCATIONS].of[LR_AFTER]).text);
	} else {
		totals(f, v);
		rows(f, v);
		findings(f, v);
		resources(f, v);
		branches(f, v);
	}
	notes(f, v, v->warnings, v->notes_used);
}
