/* Resources: a section for each kind, its sites, and what is open of each. */
#include "tools/render/text_parts.h"

#include <inttypes.h>
#include "tools/util/text.h"

enum { INDENT = 56, ONES = 14 };

static void name(struct lr_out *o, const char *text, const char *before)
{
	if (!text)
		return;
	fputs(before, o->f);
	lr_put_safe(o->f, text);
}

static void one(struct lr_out *o, const struct lr_resource_one *r)
{
	fprintf(o->f, "%*s%s", ONES, "", o->dim);
	name(o, r->handle, "");
	name(o, r->type, "  ");
	name(o, r->name, "  ");
	name(o, r->local, "  ");
	name(o, r->peer, " to ");
	if (r->more[0])
		name(o, r->more, "  ");
	if (r->res->length)
		fprintf(o->f, "  %s", lr_show_bytes(r->res->length).text);
	if (!r->res->inherited)
		fprintf(o->f, "  at %s", lr_show_time(r->res->created).text);
	name(o, r->thread, " by ");
	fprintf(o->f, "%s\n", o->off);
}

static void name_or_stack(struct lr_out *o, const struct lr_resources_view *v,
	const struct lr_resource_row *r, int indent)
{
	if (v->group == LR_GROUP_SITE && !r->inherited) {
		lr_text_stack(o, r->stack, r->stack_main, r->stack_rest, indent);
		return;
	}
	lr_put_safe(o->f, r->name);
	fputc('\n', o->f);
}

static void row(
	struct lr_out *o, const struct lr_resources_view *v, const struct lr_resource_row *r)
{
	fprintf(o->f, "%10s %10s %10s %10s %11s ", lr_show_count(r->created).text,
		lr_show_count(r->released).text, lr_show_count(r->open).text,
		lr_show_count(r->peak_open).text, lr_show_bytes(r->open_bytes).text);
	name_or_stack(o, v, r, INDENT);
	for (size_t i = 0; i < r->ones_used; i++)
		one(o, &r->ones[i]);
	if (r->ones_used && r->ones_used < r->ones_all)
		fprintf(o->f, "%*s%sand %zu more; --open lists them%s\n", ONES, "", o->dim,
			r->ones_all - r->ones_used, o->off);
}

static void kind(
	struct lr_out *o, const struct lr_resources_view *v, const struct lr_resource_sum *s)
{
	const struct lr_resource_total *t = &s->total;
	fprintf(o->f, "%s%s%s  %s created, %s open, at most %s at a time", o->bold,
		lr_resource_words(s->kind)->many, o->off, lr_show_count(t->created).text,
		lr_show_count(s->open).text, lr_show_count(t->peak_open).text);
	if (t->inherited)
		fprintf(o->f, "; %s inherited", lr_show_count(t->inherited).text);
	if (t->lost)
		fprintf(o->f, "; %s gone unseen", lr_show_count(t->lost).text);
	fputc('\n', o->f);
	if (s->rows)
		fprintf(o->f, "%s%10s %10s %10s %10s %11s  by %s%s\n", o->bold, "created",
			"released", "open", "peak", "bytes", lr_group_names[v->group], o->off);
	for (size_t i = 0; i < s->rows; i++)
		row(o, v, &v->rows[s->first + i]);
	if (s->rows < s->all_rows)
		fprintf(o->f, "%zu of %zu by %s; --limit shows more\n", s->rows, s->all_rows,
			lr_resource_sort_names[v->sort]);
	fputc('\n', o->f);
}

void lr_text_resources(struct lr_out *o, const struct lr_resources_view *v)
{
	for (size_t i = 0; i < v->kinds_used; i++)
		kind(o, v, &v->kinds[i]);
	if (v->kinds_used == 0)
		fputs("no resources\n\n", o->f);
	if (v->without)
		fprintf(o->f, "%zu dumps have no such scan\n", v->without);
}

static void change(struct lr_out *o, uint64_t before, uint64_t after)
{
	fprintf(o->f, " %c%12s", after >= before ? '+' : '-',
		lr_show_count(after >= before ? after - before : before - after).text);
}

void lr_text_resource_changes(struct lr_out *o, const struct lr_resources_view *v)
{
	enum { CHANGES = 42 };
	for (size_t k = 0; k < v->kinds_used; k++) {
		const struct lr_resource_sum *s = &v->kinds[k];
		if (!s->rows)
			continue;
		fprintf(o->f, "\n%s%14s %12s %12s  %s by %s%s\n", o->bold, "open", "before",
			"after", lr_resource_words(s->kind)->many, lr_group_names[v->group],
			o->off);
		for (size_t i = s->first; i < s->first + s->rows; i++) {
			const struct lr_resource_row *r = &v->rows[i];
			change(o, r->held[0].blocks, r->held[1].blocks);
			fprintf(o->f, " %12s %12s  ", lr_show_count(r->held[0].blocks).text,
				lr_show_count(r->held[1].blocks).text);
			name_or_stack(o, v, r, CHANGES);
		}
		if (s->rows < s->all_rows)
			fprintf(o->f, "%zu of %zu; --limit shows more\n", s->rows, s->all_rows);
	}
}
