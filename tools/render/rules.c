/* Rules as files of suppressions have them. What stands in them was made safe for that. */
#include "tools/render/render.h"

static void lsan(FILE *f, const struct lr_new_rule *r)
{
	fprintf(f, "# %s\n", r->title);
	for (size_t i = 0; i < r->used; i++)
		fprintf(f, "%s\n", r->lines[i]);
}

static void valgrind(FILE *f, const struct lr_new_rule *r)
{
	fprintf(f, "{\n   %s\n   Memcheck:Leak\n   match-leak-kinds: %s\n", r->title, r->kinds);
	for (size_t i = 0; i < r->used; i++)
		fprintf(f, "   %s\n", r->lines[i]);
	fputs("}\n", f);
}

void lr_render_rules(FILE *f, const struct lr_new_rules *rules)
{
	for (size_t i = 0; i < rules->used; i++)
		if (rules->form == LR_RULES_LSAN)
			lsan(f, &rules->rules[i]);
		else
			valgrind(f, &rules->rules[i]);
}
