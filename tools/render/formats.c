/* The formats, in a table; and those for outcomes, which are made here once for each. Markdown is
 * also for what changed. */
#include "tools/render/render.h"
#include "tools/render/markdown_parts.h"
#include "tools/render/verdict_parts.h"

#define ROW(name, text) {#name, text, lr_render_##name},
const struct lr_format_row lr_formats[LR_FORMAT_COUNT] = {LR_FORMATS(ROW)};

static struct lr_outcomes *outcomes_of(const struct lr_report *r)
{
	const struct lr_run_view *first =
		r->summary && r->summary->runs_used ? &r->summary->runs[0] : NULL;
	if (r->check)
		return lr_outcomes_of_check(r->check, r->sources);
	return lr_outcomes_of_errors(r->errors, r->sources, first ? first->program : NULL,
		first ? first->command : NULL, r->summary ? r->summary->duration : 0);
}

#define RENDER(name, text)                                                                         \
	void lr_render_##name(FILE *f, const struct lr_report *r, const struct lr_style *style)    \
	{                                                                                          \
		if (LR_FORMAT_##name == LR_FORMAT_markdown && r->changes) {                        \
			lr_markdown_changes(f, r->changes);                                        \
			return;                                                                    \
		}                                                                                  \
		struct lr_outcomes *o = outcomes_of(r);                                            \
		(void)style;                                                                       \
		lr_lay_##name(f, o);                                                               \
		lr_outcomes_free(o);                                                               \
	}
LR_OUTCOME_FORMATS(RENDER)
