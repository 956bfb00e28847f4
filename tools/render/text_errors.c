/* Errors and how suppressions were used, for people. */
#include "tools/render/text_parts.h"

#include <inttypes.h>
#include "tools/util/text.h"

static void blocks(struct lr_out *o, uint64_t count, uint64_t bytes)
{
	fprintf(o->f, "%s %s, %s bytes", lr_show_count(count).text, count == 1 ? "block" : "blocks",
		lr_show_count(bytes).text);
}

static void found(struct lr_out *o, const struct lr_found_error *e)
{
	fprintf(o->f, "%s%s%s  ", o->warn, e->kind, o->off);
	if (e->title)
		lr_put_safe(o->f, e->title);
	else
		blocks(o, e->count, e->bytes);
	if (e->led_blocks) {
		fputs(", which lead to ", o->f);
		blocks(o, e->led_blocks, e->led_bytes);
	}
	fputs("\n    ", o->f);
	bool whole = e->stack_main == 0 || e->stack_main == e->stack_used;
	lr_text_stack(
		o, e->stack, whole ? e->stack_used : e->stack_main, whole ? e->stack_cut : 0, 2);
}

static void used(struct lr_out *o, const struct lr_rule *r)
{
	fputs("  ", o->f);
	blocks(o, r->blocks, r->bytes);
	if (r->led_blocks) {
		fputs(" and what they lead to, ", o->f);
		blocks(o, r->led_blocks, r->led_bytes);
	}
	fputs("  ", o->f);
	lr_put_safe(o->f, r->name);
	fprintf(o->f, "  %s", o->dim);
	lr_put_safe(o->f, r->origin);
	if (!r->built_in)
		fprintf(o->f, ":%u", r->line);
	fprintf(o->f, "%s\n", o->off);
}

void lr_text_rules(struct lr_out *o, const struct lr_rules *rules)
{
	size_t unused = 0;
	for (size_t i = 0; i < rules->used; i++)
		unused += !rules->rules[i].sites && !rules->rules[i].built_in;
	for (size_t i = 0; i < rules->used; i++)
		if (rules->rules[i].sites)
			used(o, &rules->rules[i]);
	if (!unused)
		return;
	fprintf(o->f, "  not used: %s", lr_show_count(unused).text);
	for (size_t i = 0, shown = 0; i < rules->used && shown < 5; i++) {
		const struct lr_rule *r = &rules->rules[i];
		if (r->sites || r->built_in)
			continue;
		fputs(shown++ ? ", " : " (", o->f);
		lr_put_safe(o->f, lr_base_name(r->origin));
		fprintf(o->f, ":%u", r->line);
	}
	fputs(unused > 5 ? ", ..)\n" : ")\n", o->f);
}

void lr_text_suppressions(struct lr_out *o, const struct lr_rules *rules, bool given)
{
	bool any = given;
	for (size_t i = 0; i < rules->used; i++)
		any |= rules->rules[i].sites != 0;
	if (!any)
		return;
	fprintf(o->f, "\n%ssuppressed by rules%s\n", o->bold, o->off);
	lr_text_rules(o, rules);
}

void lr_text_errors(struct lr_out *o, const struct lr_errors *e)
{
	for (size_t i = 0; i < e->shown; i++)
		found(o, &e->list[i]);
	if (e->used > e->shown)
		fprintf(o->f, "and %s more\n", lr_show_count(e->used - e->shown).text);
	fprintf(o->f, "%serrors%s  ", o->bold, o->off);
	if (e->used)
		fprintf(o->f, "%s at %s %s\n", lr_show_count(e->count).text,
			lr_show_count(e->used).text, e->used == 1 ? "site" : "sites");
	else
		fputs("none\n", o->f);
	if (e->suppressed.blocks || e->rules_given) {
		fputs("suppressed  ", o->f);
		blocks(o, e->suppressed.blocks, e->suppressed.bytes);
		fputc('\n', o->f);
		lr_text_rules(o, e->rules);
	}
	for (size_t i = 0; i < e->in_used; i++) {
		const struct lr_error_process *p = &e->in[i];
		fputs("in ", o->f);
		lr_put_safe(o->f, p->dump->header.program);
		fprintf(o->f, " (pid %" PRIu32 ")  ", p->dump->header.pid);
		blocks(o, p->sum.blocks, p->sum.bytes);
		fputc('\n', o->f);
	}
	if (e->judged < e->processes)
		fprintf(o->f, "without verdicts  %zu of %zu processes\n", e->processes - e->judged,
			e->processes);
}
