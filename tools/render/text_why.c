/* Chains of pointers and who holds the memory, for people. */
#include "tools/render/text_parts.h"

#include <inttypes.h>
#include "tools/util/fold.h"
#include "tools/util/text.h"

enum { CALLERS = 2 }; /* functions of a site that are named beside its own */

static void sum(struct lr_out *o, const struct lr_sum *s)
{
	fprintf(o->f, "%11s %-6s %12s", lr_show_count(s->blocks).text,
		s->blocks == 1 ? "block" : "blocks", lr_show_bytes(s->bytes).text);
}

static void place(
	struct lr_out *o, const char *file, unsigned line, const char *module, uint64_t at)
{
	fputs(o->dim, o->f);
	if (file) {
		lr_put_safe(o->f, lr_base_name(file));
		if (line)
			fprintf(o->f, ":%u", line);
	} else if (module && module[0]) {
		lr_put_safe(o->f, lr_base_name(module));
		fprintf(o->f, "+0x%" PRIx64, at);
	} else {
		fprintf(o->f, "0x%" PRIx64, at);
	}
	fputs(o->off, o->f);
}

static void of_thread(struct lr_out *o, const struct lr_holder *h)
{
	if (h->thread) {
		fputs(" of ", o->f);
		lr_put_safe(o->f, h->thread);
	} else if (h->tid) {
		fprintf(o->f, " of thread %" PRIu32, h->tid);
	} else if (h->addr) {
		fprintf(o->f, " at 0x%" PRIx64, h->addr);
	}
}

static void holder(struct lr_out *o, const struct lr_holder *h)
{
	fputs(lr_holder_words[h->kind], o->f);
	switch (h->kind) {
	case LR_HOLDER_VARIABLE:
		fprintf(o->f, " %s", o->bold);
		lr_put_safe(o->f, h->name);
		fprintf(o->f, "%s  ", o->off);
		place(o, h->file, h->line, h->module, h->addr);
		if (h->file && h->module) {
			fputs(" in ", o->f);
			lr_put_safe(o->f, lr_base_name(h->module));
		}
		break;
	case LR_HOLDER_DATA:
		fputs("  ", o->f);
		place(o, NULL, 0, h->module, h->addr);
		if (h->section) {
			fputs(" in ", o->f);
			lr_put_safe(o->f, h->section);
		}
		break;
	case LR_HOLDER_STACK:
		of_thread(o, h);
		if (h->function) {
			fprintf(o->f, ", frame of %s", o->bold);
			lr_put_safe(o->f, h->function);
			fprintf(o->f, "%s  ", o->off);
			place(o, h->file, h->line, h->module, h->addr);
		}
		break;
	case LR_HOLDER_TLS:
		if (h->name) {
			fprintf(o->f, " %s", o->bold);
			lr_put_safe(o->f, h->name);
			fprintf(o->f, "%s  ", o->off);
			place(o, h->file, h->line, h->module, h->addr);
			fputs(",", o->f);
		} else {
			fputs(" storage", o->f);
		}
		of_thread(o, h);
		break;
	case LR_HOLDER_REGISTER:
		of_thread(o, h);
		break;
	case LR_HOLDER_MAPPING:
	case LR_HOLDER_DECLARED:
	case LR_HOLDER_OTHER:
		if (h->addr)
			fprintf(o->f, " at 0x%" PRIx64 ", %s", h->addr,
				lr_show_bytes(h->size).text);
		break;
	case LR_HOLDER_KERNEL:
		if (h->name)
			fprintf(o->f, ": %s", h->name);
		break;
	default:
		break;
	}
}

/* Its function and place, and what called it. */
static void site(struct lr_out *o, const struct lr_line *lines, size_t n)
{
	if (n == 0) {
		fputs("(no stack)", o->f);
		return;
	}
	const struct lr_location *at = &lines[0].at;
	if (at->function) {
		fprintf(o->f, "%s%s", at->nearest ? "near " : "", o->bold);
		lr_put_function(o->f, at->function);
		fprintf(o->f, "%s  ", o->off);
	}
	place(o, at->file, at->line, at->module, at->offset);
	for (size_t i = 1; i < n && i <= CALLERS; i++) {
		fprintf(o->f, "%s < ", o->dim);
		if (lines[i].at.function)
			lr_put_function(o->f, lines[i].at.function);
		else
			place(o, NULL, 0, lines[i].at.module, lines[i].at.offset);
		fputs(o->off, o->f);
	}
}

static void span(struct lr_out *o, const struct lr_span *s, int width)
{
	char text[64];
	if (s->least == s->most)
		snprintf(text, sizeof(text), "+%" PRIu64, s->least);
	else
		snprintf(text, sizeof(text), "+%" PRIu64 "..%" PRIu64, s->least, s->most);
	fprintf(o->f, "%*s", width, text);
}

static void blocks_step(struct lr_out *o, const struct lr_why_step *s)
{
	enum { OFFSETS = 16 };
	fputs("  ", o->f);
	span(o, &s->at, OFFSETS);
	sum(o, &s->sum);
	fputs("  ", o->f);
	site(o, s->stack, s->stack_used);
	if (s->again) {
		fputs("  one behind another by ", o->f);
		span(o, &s->next, 0);
	}
	if (s->sum.blocks == 1)
		fprintf(o->f, "  %s0x%" PRIx64 "%s", o->dim, s->addr, o->off);
	fputc('\n', o->f);
}

static bool is_nobody(const struct lr_holder *h)
{
	return h->kind == LR_HOLDER_LOST || h->kind == LR_HOLDER_UNKNOWN;
}

static void chain(struct lr_out *o, const struct lr_why_chain *c, bool graph)
{
	fputc('\n', o->f);
	sum(o, &c->sum);
	if (c->also)
		fputs("  of these are held from here too", o->f);
	else if (c->shared_blocks && graph)
		fprintf(o->f, "  %s of them from elsewhere too",
			lr_show_count(c->shared_blocks).text);
	fputs("\n  ", o->f);
	for (size_t i = 0; i < c->steps_used; i++) {
		if (!c->steps[i].holder) {
			blocks_step(o, &c->steps[i]);
			continue;
		}
		holder(o, c->steps[i].holder);
		if (graph && c->retained_by_holder.blocks && !is_nobody(c->steps[i].holder))
			fprintf(o->f, ", which keeps %s alive, %s",
				lr_show_bytes(c->retained_by_holder.bytes).text,
				lr_show_percent(c->holder_share).text);
		fputc('\n', o->f);
	}
}

static void verdicts(struct lr_out *o, const struct lr_why *w)
{
	static const char *const words[LTF_VERDICTS] = {"not judged", "reachable",
		"possibly reachable", "indirectly lost", "definitely lost"};
	const char *between = "  ";
	for (int v = 0; v < LTF_VERDICTS; v++)
		if (w->verdicts[v].blocks) {
			fprintf(o->f, "%s%s %s", between, lr_show_count(w->verdicts[v].blocks).text,
				words[v]);
			between = ", ";
		}
	fputc('\n', o->f);
}

void lr_text_why(struct lr_out *o, const struct lr_why *w)
{
	sum(o, &w->sum);
	verdicts(o, w);
	if (w->graph) {
		sum(o, &w->retained);
		fprintf(o->f, "  would go with them, %s of all that was live\n",
			lr_show_percent(w->share).text);
	} else {
		fputs("not all pointers are in the dump (LEAKTRACE_GRAPH): one chain to each block "
		      "is shown\n",
			o->f);
	}
	for (size_t i = 0; i < w->used; i++)
		chain(o, &w->chains[i], w->graph);
	if (w->shown < w->found)
		fprintf(o->f, "\n%zu of %zu kinds of chain; --limit shows more\n", w->shown,
			w->found);
}

static void row(struct lr_out *o, const struct lr_sum *s, double part)
{
	sum(o, s);
	fprintf(o->f, " %9s  ", lr_show_percent(part).text);
}

/* In few words. */
static void holder_name(struct lr_out *o, const struct lr_holder *h)
{
	if (h->kind == LR_HOLDER_VARIABLE)
		lr_put_safe(o->f, h->name);
	else if (h->kind == LR_HOLDER_DATA)
		place(o, NULL, 0, h->module, h->addr);
	else
		holder(o, h);
}

/* "f  f.c:12, held by a, b and others" */
static void shared_row(struct lr_out *o, const struct lr_shared_row *r)
{
	row(o, &r->retained, r->share);
	fputs("  ", o->f);
	if (r->blocks > 1)
		fprintf(o->f, "%s blocks of ", lr_show_count(r->blocks).text);
	site(o, r->stack, r->stack_used < 1 ? r->stack_used : 1);
	for (size_t i = 0; i < r->by_used; i++) {
		bool last = i + 1 == r->by_used && !r->by_more;
		fputs(i == 0 ? ", held by " : last ? " and " : ", ", o->f);
		holder_name(o, r->by[i]);
	}
	if (r->by_more)
		fputs(r->by_used ? " and others" : ", held by what is shared itself", o->f);
	fputc('\n', o->f);
}

static void shared_rows(struct lr_out *o, const struct lr_holders_view *v)
{
	if (!v->shared.blocks)
		return;
	row(o, &v->shared, v->shared_share);
	fputs("several of these together:\n", o->f);
	for (size_t i = 0; i < v->shared_used; i++)
		shared_row(o, &v->shared_rows[i]);
	if (v->shared_used < v->shared_found)
		fprintf(o->f, "%42s  %zu more; --limit shows them\n", "",
			v->shared_found - v->shared_used);
}

void lr_text_holders(struct lr_out *o, const struct lr_holders_view *v)
{
	if (!v->graph)
		fputs("not all pointers are in the dump (LEAKTRACE_GRAPH): each block counts for "
		      "one of its holders\n",
			o->f);
	fprintf(o->f, "%s%18s %12s %9s  held by%s\n", o->bold, "blocks", "bytes", "share", o->off);
	for (size_t i = 0; i < v->used; i++) {
		row(o, &v->rows[i].retained, v->rows[i].share);
		holder(o, v->rows[i].holder);
		fputc('\n', o->f);
	}
	if (v->rest.blocks) {
		row(o, &v->rest, v->rest_share);
		fprintf(o->f, "%zu more; --limit shows them\n", v->found - v->used);
	}
	shared_rows(o, v);
	row(o, &v->all, 1);
	fputs("in all\n", o->f);
	if (!v->graph || !v->sites_used)
		return;
	fprintf(o->f, "\n%s%18s %12s %9s %12s  what would go with all blocks of a site%s\n",
		o->bold, "blocks", "bytes", "share", "its own", o->off);
	for (size_t i = 0; i < v->sites_used; i++) {
		const struct lr_holder_site *s = &v->sites[i];
		sum(o, &s->retained);
		fprintf(o->f, " %9s %12s  ", lr_show_percent(s->share).text,
			lr_show_bytes(s->own.bytes).text);
		site(o, s->stack, s->stack_used);
		fputc('\n', o->f);
	}
}

void lr_text_top_holders(struct lr_out *o, const struct lr_holders_view *v)
{
	fprintf(o->f, "\n%s%18s %12s %9s  held by%s\n", o->bold, "blocks", "bytes", "share",
		o->off);
	for (size_t i = 0; i < v->used; i++) {
		row(o, &v->rows[i].retained, v->rows[i].share);
		holder(o, v->rows[i].holder);
		fputc('\n', o->f);
	}
	if (v->shared.blocks) {
		row(o, &v->shared, v->shared_share);
		fputs("several together\n", o->f);
	}
}
