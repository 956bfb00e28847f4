/* Regions: a row each, as a benchmark prints allocations and bytes per operation; and the marks. */
#include "tools/render/text_parts.h"

#include <inttypes.h>
#include "tools/util/text.h"

enum { INDENT = 2, SITE = 26 };

static void dash(struct lr_out *o, int width)
{
	fprintf(o->f, "%s%*s%s", o->dim, width, "-", o->off);
}

/* A mean: whole where it is. */
static void mean(struct lr_out *o, int width, double v)
{
	struct lr_short text = lr_show_count((uint64_t)v);
	char fraction[8] = "";
	uint64_t tenths = (uint64_t)(v * 10 + 0.5);
	if (v < 100000 && tenths % 10) {
		text = lr_show_count(tenths / 10);
		snprintf(fraction, sizeof(fraction), ".%" PRIu64, tenths % 10);
	} else if (v < 100000) {
		text = lr_show_count(tenths / 10);
	}
	int n = (int)snprintf(NULL, 0, "%s%s", text.text, fraction);
	fprintf(o->f, "%*s%s%s", n < width ? width - n : 1, "", text.text, fraction);
}

static void sites(struct lr_out *o, const struct lr_region_row *r)
{
	for (size_t i = 0; i < r->sites_used; i++) {
		const struct lr_region_site *s = &r->sites[i];
		fprintf(o->f, "%10s %12s  ", lr_show_count(s->counts.allocations).text,
			lr_show_bytes(s->counts.allocated_bytes).text);
		lr_text_stack(o, s->stack, s->stack_used, s->stack_cut, SITE - 1);
	}
}

static void row(struct lr_out *o, const struct lr_regions_view *v, const struct lr_region_row *r)
{
	if (r->begun)
		fprintf(o->f, "%10s", lr_show_count(r->entries.begun).text);
	else
		dash(o, 10);
	fprintf(o->f, " %12s %11s ", lr_show_count(r->counts.allocations).text,
		lr_show_bytes(r->counts.allocated_bytes).text);
	for (int i = 0; i < LR_OF_BOTH; i++)
		if (r->has_per)
			mean(o, 11, r->per[i]);
		else
			dash(o, 11);
	if (r->exact && r->has_per) {
		fprintf(o->f, " %9s", lr_show_count(r->entries.most[LR_OF_COUNT]).text);
		mean(o, 9, r->left_per[LR_OF_COUNT]);
	} else {
		dash(o, 10);
		dash(o, 9);
	}
	fprintf(o->f, " %8s  %*s", lr_show_percent(r->share).text, (int)r->depth * INDENT, "");
	lr_put_safe(o->f, r->name);
	if (v->programs && !r->depth) {
		fprintf(o->f, "  %s", o->dim);
		lr_put_safe(o->f, r->program);
		fprintf(o->f, "%s", o->off);
	}
	fputc('\n', o->f);
	sites(o, r);
}

static void rest(struct lr_out *o, const char *text, const struct lr_counts *c)
{
	fprintf(o->f, "%10s %12s %11s %*s  %s\n", "", lr_show_count(c->allocations).text,
		lr_show_bytes(c->allocated_bytes).text, 50, "", text);
}

static void marks(struct lr_out *o, const struct lr_regions_view *v, const struct lr_dump *d)
{
	enum { SHOWN = 20 };
	fprintf(o->f, "\n%s%12s %12s %12s  marks%s", o->bold, "at", "allocations", "live", o->off);
	if (v->marked_used > 1) {
		fputs(" of ", o->f);
		lr_put_safe(o->f, lr_base_name(d->path));
	}
	fputc('\n', o->f);
	for (size_t i = 0; i < d->marks_used && i < SHOWN; i++) {
		const struct lr_mark *m = &d->marks[i];
		fprintf(o->f, "%12s %12s %12s  ", lr_show_time(m->at.time).text,
			lr_show_count(m->at.allocations).text,
			lr_show_bytes(m->at.live_bytes).text);
		lr_put_safe(o->f, m->name);
		fputc('\n', o->f);
	}
	if (d->marks_used > SHOWN)
		fprintf(o->f, "%d of %zu marks; JSON has all\n", SHOWN, d->marks_used);
}

static void notes(struct lr_out *o, const struct lr_regions_view *v)
{
	for (size_t i = 0; i < v->notes_used; i++)
		if (v->notes[i].count)
			fprintf(o->f, "%s%s %s%s\n", o->warn, lr_show_count(v->notes[i].count).text,
				v->notes[i].text, o->off);
}

void lr_text_regions(struct lr_out *o, const struct lr_regions_view *v)
{
	fprintf(o->f, "%s%10s %12s %11s %10s %10s %9s %8s %8s  region%s\n", o->bold, "entries",
		"allocations", "bytes", "allocs/op", "B/op", "most/op", "left/op", "share", o->off);
	for (size_t i = 0; i < v->used; i++)
		row(o, v, &v->rows[i]);
	if (v->all_rows) {
		rest(o, "in none of these", &v->outside);
		rest(o, "in all", &v->total);
	} else {
		fputs(v->by_functions ? "  no region and no function on a stack has such a name\n"
				      : "  the program has begun none (leaktrace_region_begin() of "
					"leaktrace.h);\n"
					"  --region='parse_*' takes functions of such names for "
					"regions\n",
			o->f);
	}
	if (v->used < v->all_rows)
		fprintf(o->f, "%zu of %zu by %s; --limit shows more\n", v->used, v->all_rows,
			lr_region_sort_names[v->sort]);
	if (v->by_functions && v->all_rows)
		fputs("regions by functions' names: how often they were entered is not known\n",
			o->f);
	notes(o, v);
	for (size_t i = 0; i < v->marked_used; i++)
		marks(o, v, v->marked[i]);
	fputc('\n', o->f);
}
