#include "tools/render/verdict_parts.h"

#include <stdlib.h>
#include "tools/check/words.h"
#include "tools/util/mem.h"
#include "tools/util/text.h"

void lr_page_begin(struct lr_page *p)
{
	*p = (struct lr_page){0};
	p->f = open_memstream(&p->text, &p->size);
	if (!p->f)
		lr_no_memory();
}

char *lr_page_end(struct lr_page *p)
{
	if (fclose(p->f) != 0)
		lr_no_memory();
	return p->text;
}

void lr_put_frame(FILE *f, const struct lr_outcome_frame *at)
{
	const char *file = at->file ? at->file : at->outside ? lr_base_name(at->outside) : NULL;
	lr_put_clean(f, at->function);
	if (!file && !*at->module)
		return;
	fputs(" (", f);
	lr_put_clean(f, file ? file : at->module);
	if (file && at->line)
		fprintf(f, ":%u", at->line);
	fputc(')', f);
}

void lr_put_path(FILE *f, const struct lr_outcome_site *s, const char *indent)
{
	for (size_t i = 0; i < s->used; i++) {
		fputs(indent, f);
		lr_put_frame(f, &s->frames[i]);
		fputs(s->frames[i].inlined ? ", inlined\n" : "\n", f);
	}
	if (s->cut)
		fprintf(f, "%s.. %zu more\n", indent, s->cut);
}

void lr_put_sites(FILE *f, const struct lr_outcome *x, size_t most, const char *indent)
{
	char *deeper = lr_format("%s    ", indent);
	size_t shown = x->used < most ? x->used : most;
	for (size_t i = 0; i < shown; i++) {
		const struct lr_outcome_site *s = &x->sites[i];
		if (!x->error) {
			fprintf(f, "%s%s: ", indent, s->words);
			lr_put_clean(f, s->frames[s->means].function);
			if (s->of && s->of->renamed_from) {
				fputs(", called ", f);
				lr_put_clean(f, s->of->renamed_from);
				fputs(" in the baseline", f);
			}
			fputc('\n', f);
		}
		lr_put_path(f, s, x->error ? indent : deeper);
	}
	if (x->all > shown)
		fprintf(f, "%sand %zu more %s\n", indent, x->all - shown,
			x->all - shown == 1 ? "site" : "sites");
	free(deeper);
}

void lr_put_remarks(FILE *f, const struct lr_outcome *x, const char *indent)
{
	const struct lr_check_rule *r = x->rule;
	if (r && !r->deterministic) {
		char *lowest = lr_check_amount(r->lowest, false),
		     *highest = lr_check_amount(r->highest, r->bytes);
		fprintf(f, "%snot the same in all runs: %s to %s\n", indent, lowest, highest);
		free(lowest);
		free(highest);
	}
	if (r && r->loose && r->tighter) {
		fprintf(f, "%scould be held tighter: ", indent);
		lr_put_clean(f, r->tighter);
		fputc('\n', f);
	}
	if (x->hint) {
		fprintf(f, "%sreason: ", indent);
		lr_put_clean(f, x->hint);
		fputc('\n', f);
	}
}
