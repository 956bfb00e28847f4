/* Growth, and what two moments differ by. */
#include "tools/render/text_parts.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "tools/util/text.h"

/* Bytes with a sign, or of a rate below one. */
static struct lr_short show_rate(double v)
{
	struct lr_short out;
	double size = fabs(v);
	const char *sign = v < 0 ? "-" : "";
	if (size < 1024)
		snprintf(out.text, sizeof(out.text), "%s%.*f B", sign,
			size < 9.995   ? 2
			: size < 99.95 ? 1
				       : 0,
			size);
	else
		snprintf(out.text, sizeof(out.text), "%s%.30s", sign,
			lr_show_bytes((uint64_t)size).text);
	return out;
}

static void shape(struct lr_out *o, const struct lr_growth_row *r)
{
	static const char *const bars[] = {" ", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585",
		"\u2586", "\u2587", "\u2588"};
	for (size_t i = 0; i < LR_GROWTH_SHAPE; i++)
		fputs(bars[r->shape[i]], o->f);
}

static void row(struct lr_out *o, const struct lr_growth_row *r)
{
	const struct lr_growth *g = &r->growth;
	bool rates = g->kind >= LR_TREND_PAUSED || g->kind == LR_TREND_SLOWING;
	fprintf(o->f, "%s%-9s%s", g->kind == LR_TREND_GROWING ? o->warn : "",
		lr_trend_words[g->kind], o->off);
	fprintf(o->f, "%12s %12s", rates && g->timed ? show_rate(g->per_second).text : "-",
		rates ? show_rate(g->per_event).text : "-");
	fprintf(o->f, "%12s %12s %11s ", rates ? lr_show_bytes((uint64_t)g->grown).text : "-",
		lr_show_bytes(r->live_bytes).text, lr_show_count(r->live_blocks).text);
	if (g->kind == LR_TREND_GROWING)
		fprintf(o->f, "%7.2f%% ", floor(g->confidence * 1e4) / 100);
	else
		fprintf(o->f, "%8s ", "-");
	shape(o, r);
	fputs("  ", o->f);
}

void lr_text_growth(struct lr_out *o, const struct lr_growth_view *v)
{
	enum { INDENT = 108 };
	fprintf(o->f, "%s%-9s%12s %12s%12s %12s %11s %8s %-24s  by %s%s\n", o->bold, "growth",
		"per second", "per alloc.", "grown by", "holds", "blocks", "sure", "along the run",
		lr_group_names[v->group], o->off);
	for (size_t i = 0; i < v->dumps; i++) {
		row(o, &v->whole[i]);
		fputs("the whole heap", o->f);
		if (v->dumps > 1)
			fprintf(o->f, " of pid %" PRIu32, v->model->dumps[i].header.pid);
		fputc('\n', o->f);
	}
	for (size_t i = 0; i < v->used; i++) {
		const struct lr_growth_row *r = &v->rows[i];
		row(o, r);
		if (v->group == LR_GROUP_SITE) {
			lr_text_stack(o, r->stack, r->stack_used, r->stack_cut, INDENT);
			continue;
		}
		lr_put_safe(o->f, r->name);
		fputc('\n', o->f);
	}
	if (v->used < v->all_rows)
		fprintf(o->f, "%zu of %zu; --limit shows more\n", v->used, v->all_rows);
	fputc('\n', o->f);
	for (int k = LR_TREND_COUNT; k-- > 0;)
		if (v->of_kind[k])
			fprintf(o->f, "  %s%-9s%s %6zu  %s\n", o->dim, lr_trend_words[k], o->off,
				v->of_kind[k], lr_trend_texts[k]);
	if (v->all_rows == 0)
		fputs("  no site held enough for long enough to be followed\n", o->f);
}

static void lost(struct lr_out *o, const struct lr_scan_sum *first, const struct lr_scan_sum *last,
	const struct lr_scan_sum *since)
{
	fprintf(o->f, "%12s %10s  ", lr_show_bytes(since->bytes).text,
		lr_show_count(since->blocks).text);
	fprintf(o->f, "%12s %10s  ", lr_show_bytes(first->bytes).text,
		lr_show_count(first->blocks).text);
	fprintf(o->f, "%12s %10s  ", lr_show_bytes(last->bytes).text,
		lr_show_count(last->blocks).text);
}

/* Between which scans. */
static void span(struct lr_out *o, const struct lr_unreachable_dump *d, const struct lr_dump *dump,
	bool several)
{
	lost(o, &d->lost[0], &d->lost[1], &d->since);
	fprintf(o->f, "in all, between scan %" PRIu32 " at %s", d->first->number,
		lr_show_time(d->first->figure[LTF_SCAN_TIME_US]).text);
	fprintf(o->f, " and scan %" PRIu32 " at %s", d->last->number,
		lr_show_time(d->last->figure[LTF_SCAN_TIME_US]).text);
	if (several)
		fprintf(o->f, ", of pid %" PRIu32, dump->header.pid);
	fputc('\n', o->f);
}

void lr_text_unreachable(struct lr_out *o, const struct lr_unreachable *u)
{
	enum { INDENT = 75 };
	if (!u->spans)
		return;
	fprintf(o->f, "\n%s%12s %10s  %12s %10s  %12s %10s  by site%s\n", o->bold, "became lost",
		"blocks", "first scan", "blocks", "last scan", "blocks", o->off);
	for (size_t i = 0; i < u->dumps_used; i++)
		if (u->dumps[i].first)
			span(o, &u->dumps[i], u->dumps[i].dump, u->dumps_used > 1);
	for (size_t i = 0; i < u->used; i++) {
		const struct lr_unreachable_row *r = &u->rows[i];
		lost(o, &r->first, &r->last, &r->since);
		lr_text_stack(o, r->stack, r->stack_used, r->stack_cut, INDENT);
	}
	if (u->used < u->all_rows)
		fprintf(o->f, "%zu of %zu; --limit shows more\n", u->used, u->all_rows);
}

static void moment(struct lr_out *o, const struct lr_diff *d, int which)
{
	uint64_t at = d->moment[which];
	if (d->mark[which]) {
		lr_put_safe(o->f, d->mark[which]->name);
		fprintf(o->f, " (%s)", lr_show_time(at).text);
		return;
	}
	fputs(at == UINT64_MAX ? "the end" : lr_show_time(at).text, o->f);
}

static void change(struct lr_out *o, const struct lr_held *h)
{
	bool more = h[1].bytes >= h[0].bytes, most = h[1].blocks >= h[0].blocks;
	uint64_t bytes = more ? h[1].bytes - h[0].bytes : h[0].bytes - h[1].bytes;
	uint64_t blocks = most ? h[1].blocks - h[0].blocks : h[0].blocks - h[1].blocks;
	fprintf(o->f, "%c%12s %c%12s  %12s %12s  ", more ? '+' : '-', lr_show_bytes(bytes).text,
		most ? '+' : '-', lr_show_count(blocks).text, lr_show_bytes(h[0].bytes).text,
		lr_show_bytes(h[1].bytes).text);
}

void lr_text_diff(struct lr_out *o, const struct lr_diff *d)
{
	enum { INDENT = 56 };
	const struct lr_table *t = d->table;
	fputs("live at ", o->f);
	moment(o, d, 1);
	fputs(" less live at ", o->f);
	moment(o, d, 0);
	fprintf(o->f, "\n\n%s%13s %13s  %12s %12s  by %s%s\n", o->bold, "bytes", "blocks", "before",
		"after", lr_group_names[t->group], o->off);
	for (size_t i = 0; i < t->used; i++) {
		const struct lr_row *r = &t->rows[i];
		change(o, r->held);
		if (t->group == LR_GROUP_SITE) {
			lr_text_stack(o, r->stack, r->stack_used, r->stack_cut, INDENT);
			continue;
		}
		lr_put_safe(o->f, r->name);
		fputc('\n', o->f);
	}
	change(o, t->held);
	fputs("in all\n", o->f);
	if (t->used < t->all_rows)
		fprintf(o->f, "%zu of %zu by bytes; --limit shows more\n", t->used, t->all_rows);
	lr_text_resource_changes(o, d->resources);
}
