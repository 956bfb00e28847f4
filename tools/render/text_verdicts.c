#include <inttypes.h>
#include "tools/render/render.h"
#include "tools/util/text.h"

enum { WORD = 8, RULES_SHOWN = 5 };

static void print_verdict(FILE *f, const struct lr_verdict *v)
{
	fprintf(f, "%-*s", WORD, lr_check_words[v->status]);
	lr_put_safe(f, v->program);
	if (v->budget) {
		fputs(", ", f);
		lr_put_safe(f, v->budget);
	}
	fprintf(f, ": %zu of %" PRIu64 " rules  ", v->broken_used, v->rules);
	lr_put_safe(f, v->file);
	fputc('\n', f);
	for (size_t i = 0; i < v->broken_used && i < RULES_SHOWN; i++) {
		fprintf(f, "%*s%-*s", WORD, "", WORD, lr_check_words[v->broken[i].status]);
		lr_put_safe(f, v->broken[i].rule);
		fputs("  ", f);
		lr_put_safe(f, v->broken[i].why);
		fputc('\n', f);
	}
	if (v->broken_used > RULES_SHOWN)
		fprintf(f, "%*sand %zu more\n", WORD, "", v->broken_used - RULES_SHOWN);
}

void lr_render_verdicts(FILE *f, const struct lr_verdicts *all)
{
	for (size_t i = 0; i < all->used; i++)
		if (all->list[i].status != LR_CHECK_PASSED)
			print_verdict(f, &all->list[i]);
	fprintf(f, "%zu verdict%s, %s rules: %zu passed, %zu failed, %zu could not be judged\n",
		all->used, all->used == 1 ? "" : "s", lr_show_count(all->rules).text,
		all->of[LR_CHECK_PASSED], all->of[LR_CHECK_FAILED], all->of[LR_CHECK_UNKNOWN]);
}
