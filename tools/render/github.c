/* Outcomes as workflow commands, which GitHub shows as annotations at the lines of a change:
 * `::error file=F,line=L,title=T::text`. A runner reads them out of what a step prints. Of each
 * kind it shows ten for a step: what failed comes first, one command for each. */
#include "tools/render/verdict_parts.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/text.h"

enum { SITES = 5 };

/* The runner undoes these, and nothing else. In a property ':' and ',' would end it. */
static void put(FILE *f, const char *s, bool property)
{
	for (; *s; s++)
		if (*s == '%' || *s == '\r' || *s == '\n' || (property && (*s == ':' || *s == ',')))
			fprintf(f, "%%%02X", (unsigned char)*s);
		else
			fputc(*s, f);
}

static void put_property(FILE *f, const char *s)
{
	char *clean = lr_clean(s);
	put(f, clean, true);
	free(clean);
}

/* The first site that can be pointed at. */
static const struct lr_outcome_frame *where(const struct lr_outcome *x)
{
	for (size_t i = 0; i < x->used; i++)
		if (x->sites[i].at < x->sites[i].used)
			return &x->sites[i].frames[x->sites[i].at];
	return NULL;
}

/* The name is the first thing behind the blank; a comma parts it from what follows. */
static void head(FILE *f, const char *kind, const struct lr_outcome_frame *at, const char *file,
	const char *title)
{
	fprintf(f, "::%s ", kind);
	if (at || file) {
		fputs("file=", f);
		put_property(f, at ? at->file : file);
		if (at && at->line)
			fprintf(f, ",line=%u", at->line);
		fputc(',', f);
	}
	fputs("title=", f);
	put_property(f, title);
	fputs("::", f);
}

static char *problem_text(const struct lr_outcome *x)
{
	struct lr_page p;
	lr_page_begin(&p);
	lr_put_clean(p.f, x->message);
	fputc('\n', p.f);
	if (x->rule) {
		fputs("rule: ", p.f);
		lr_put_clean(p.f, x->title);
		fputc('\n', p.f);
	}
	lr_put_remarks(p.f, x, "");
	lr_put_sites(p.f, x, SITES, "");
	return lr_page_end(&p);
}

static void problem(FILE *f, const struct lr_outcomes *o, const struct lr_outcome *x)
{
	struct lr_page p;
	lr_page_begin(&p);
	fprintf(p.f, "leaktrace%s: ", x->status == LR_CHECK_UNKNOWN ? " (not judged)" : "");
	fputs(x->name, p.f);
	char *title = lr_page_end(&p), *text = problem_text(x);
	size_t n = strlen(text);
	if (n > 0 && text[n - 1] == '\n')
		text[n - 1] = 0;
	head(f, "error", where(x), o->budget_file, title);
	put(f, text, false);
	fputc('\n', f);
	free(text);
	free(title);
}

/* All that can be tightened in one. */
static void loose(FILE *f, const struct lr_outcomes *o)
{
	struct lr_page p;
	if (!o->loose)
		return;
	lr_page_begin(&p);
	fprintf(p.f, "%zu of %zu rules could be held tighter:", o->loose, o->used);
	for (size_t i = 0; i < o->used; i++)
		if (o->list[i].rule && o->list[i].rule->loose && o->list[i].rule->tighter) {
			fputs("\n", p.f);
			lr_put_clean(p.f, o->list[i].rule->tighter);
		}
	char *text = lr_page_end(&p);
	head(f, "notice", NULL, o->budget_file, "leaktrace: the budget is loose");
	put(f, text, false);
	fputc('\n', f);
	free(text);
}

/* One command, too, so that none of these lines is taken for another one. */
static void notes(FILE *f, const struct lr_outcomes *o)
{
	for (size_t i = 0; i < o->notes_used; i++) {
		char *clean = lr_clean(o->notes[i]);
		head(f, "notice", NULL, NULL, "leaktrace");
		put(f, clean, false);
		fputc('\n', f);
		free(clean);
	}
}

static void problems(FILE *f, const struct lr_outcomes *o, enum lr_check_status status)
{
	for (size_t i = 0; i < o->used; i++)
		if (o->list[i].status == status)
			problem(f, o, &o->list[i]);
}

void lr_lay_github(FILE *f, const struct lr_outcomes *o)
{
	problems(f, o, LR_CHECK_FAILED);
	problems(f, o, LR_CHECK_UNKNOWN);
	loose(f, o);
	notes(f, o);
}
