/* Findings, and leaks by class. */
#include <inttypes.h>
#include "tools/render/text_leaks.h"
#include "tools/util/text.h"

enum { INDENT = 6 };

/* A stack, indented as a whole. */
static void stack(struct lr_out *o, const struct lr_line *lines, size_t n, size_t rest)
{
	fprintf(o->f, "%*s", INDENT, "");
	lr_text_stack(o, lines, n, rest, INDENT - 2);
}

static void finding(struct lr_out *o, const struct lr_finding *x)
{
	fputc('\n', o->f);
	const char *on = x->severity == LR_SEVERITY_HIGH ? o->warn : "";
	fprintf(o->f, "  %s%s%s%s  ", o->bold, on, x->kind, o->off);
	lr_put_safe(o->f, x->title ? x->title : "");
	fputc('\n', o->f);
	if (x->frame || x->stack_used)
		stack(o, x->stack, x->stack_main, x->stack_rest);
	for (size_t i = 0; i < x->evidence_used; i++) {
		fputs("    ", o->f);
		lr_put_safe(o->f, x->evidence[i]);
		fputc('\n', o->f);
	}
	for (size_t i = 0; i < x->places_used; i++) {
		fputs("    ", o->f);
		lr_put_safe(o->f, x->places[i].text);
		fputc('\n', o->f);
		stack(o, x->places[i].stack, x->places[i].stack_main, x->places[i].stack_rest);
	}
	if (x->next_step) {
		fprintf(o->f, "    %s->%s ", o->bold, o->off);
		lr_put_safe(o->f, x->next_step);
		fputc('\n', o->f);
	}
}

void lr_text_findings(struct lr_out *o, const struct lr_findings *f)
{
	fprintf(o->f, "%sfindings%s", o->bold, o->off);
	if (f->all == 0)
		fputs("  none", o->f);
	else
		fprintf(o->f, "  %zu", f->all);
	fputc('\n', o->f);
	for (size_t i = 0; i < f->used; i++)
		finding(o, &f->list[i]);
	if (f->used < f->all)
		fprintf(o->f, "  %zu of %zu; --limit shows more\n", f->used, f->all);
	fputc('\n', o->f);
}

enum { SCANS_SHOWN = 4 };

static void scan(struct lr_out *o, const struct lr_leak_scan *s)
{
	const uint64_t *f = s->scan->figure;
	fprintf(o->f, "%s", s->reason);
	if (s->dump->scans.used > 1)
		fprintf(o->f, " (number %" PRIu32 " of %zu)", s->scan->number, s->dump->scans.used);
	if (f[LTF_SCAN_TIME_US])
		fprintf(o->f, ", after %s", lr_show_time(f[LTF_SCAN_TIME_US]).text);
	fprintf(o->f, ": %s blocks", lr_show_count(f[LTF_SCAN_BLOCKS]).text);
	if (f[LTF_SCAN_THREADS] > 1)
		fprintf(o->f, ", %s threads", lr_show_count(f[LTF_SCAN_THREADS]).text);
	if (f[LTF_SCAN_PAUSE_US])
		fprintf(o->f, ", paused for %s", lr_show_time(f[LTF_SCAN_PAUSE_US]).text);
	if (f[LTF_SCAN_COVERAGE] & LTF_SCAN_EVENTS_MISSED)
		fputs("; events were missed before it: older blocks are not judged", o->f);
	if (f[LTF_SCAN_COVERAGE] & LTF_SCAN_ALLOCATORS_READ)
		fputs("; there may be blocks that it does not know: some leaks may be missing",
			o->f);
	if (f[LTF_SCAN_COVERAGE] & LTF_SCAN_INHERITED_HELD)
		fputs("; inherited blocks were taken for reachable", o->f);
	if (s->doubtful)
		fprintf(o->f, "%s; registers of %s threads not known: nothing is surely lost%s",
			o->warn, lr_show_count(f[LTF_SCAN_UNKNOWN_THREADS]).text, o->off);
	fputc('\n', o->f);
}

void lr_text_leak_scans(struct lr_out *o, const struct lr_leaks *l)
{
	for (size_t i = 0; i < l->scans_used && i < SCANS_SHOWN; i++) {
		const struct lr_leak_scan *s = &l->scans[i];
		lr_text_label(o, i ? "" : "scan");
		if (l->scans_used > 1) {
			lr_put_safe(o->f, lr_base_name(s->dump->path));
			fputs(": ", o->f);
		}
		if (s->scan)
			scan(o, s);
		else
			fprintf(o->f, "%s%s%s\n", o->warn, s->why_none, o->off);
	}
	if (l->scans_used > SCANS_SHOWN)
		fprintf(o->f, "  and %zu more dumps, %zu of all with a scan\n",
			l->scans_used - SCANS_SHOWN, l->judged);
}

void lr_text_leak_sums(struct lr_out *o, const struct lr_leaks *l, bool brief)
{
	for (unsigned c = 0; c < LR_LEAK_CLASS_COUNT; c++) {
		bool judged = c != LR_LEAK_UNJUDGED;
		bool none = l->of[c].blocks == 0;
		if (judged ? !l->judged || (brief && none && c != LR_LEAK_DEFINITE) : none)
			continue;
		lr_text_label(o, lr_leak_texts[c]);
		fprintf(o->f, "%15s  %12s bytes\n", lr_show_count(l->of[c].blocks).text,
			lr_show_count(l->of[c].bytes).text);
	}
	if (l->inherited.blocks) {
		lr_text_label(o, "inherited");
		fprintf(o->f, "%15s  %12s bytes, a parent's, not judged here\n",
			lr_show_count(l->inherited.blocks).text,
			lr_show_count(l->inherited.bytes).text);
	}
}

static void row(struct lr_out *o, const struct lr_leak_row *r)
{
	fputs("\n  ", o->f);
	lr_put_safe(o->f, r->title);
	fputc('\n', o->f);
	stack(o, r->stack, r->stack_main, r->stack_rest);
}

static void group_row(struct lr_out *o, const struct lr_leak_row *r)
{
	fprintf(o->f, "%12s  %12s  %-16s  ", lr_show_count(r->sum.blocks).text,
		lr_show_bytes(r->sum.bytes).text, lr_leak_texts[r->class]);
	lr_put_safe(o->f, r->name);
	fputc('\n', o->f);
}

void lr_text_leak_rows(struct lr_out *o, const struct lr_leaks *l, bool told)
{
	size_t first = told ? l->told : 0;
	if (l->group != LR_GROUP_SITE)
		fprintf(o->f, "\n%s%12s  %12s  %-16s  by %s%s\n", o->bold, "blocks", "bytes", "",
			lr_group_names[l->group], o->off);
	else if (first < l->used)
		fprintf(o->f, "%sother blocks%s\n", o->bold, o->off);
	for (size_t i = first; i < l->used; i++)
		if (l->group == LR_GROUP_SITE)
			row(o, &l->rows[i]);
		else
			group_row(o, &l->rows[i]);
	if (l->used < l->all_rows && (l->used > l->told || !told))
		fprintf(o->f, "%zu of %zu; --limit shows more\n", l->used, l->all_rows);
	if (l->of[LR_LEAK_REACHABLE].blocks && !(l->classes >> LR_LEAK_REACHABLE & 1))
		fputs("what is still reachable: --kinds=reachable\n", o->f);
}
