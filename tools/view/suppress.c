#include "tools/view/suppress.h"

#include <stdlib.h>
#include "tools/util/mem.h"

struct lr_suppressor {
	const struct lr_model *model;
	struct lr_names *names;
	const struct lr_rules *rules;
	uint8_t *apis; /* by frame */
	struct lr_map told;
};

struct lr_suppressor *lr_suppressor_new(
	const struct lr_model *m, struct lr_names *names, const struct lr_rules *rules)
{
	struct lr_suppressor *x = lr_calloc(1, sizeof(*x));
	*x = (struct lr_suppressor){.model = m, .names = names, .rules = rules};
	x->apis = lr_calloc(m->frames_used, 1);
	for (size_t i = 0; i < m->sites_used; i++)
		x->apis[m->sites[i].frame] |= m->sites[i].apis;
	return x;
}

void lr_suppressor_free(struct lr_suppressor *x)
{
	if (!x)
		return;
	free(x->apis);
	lr_map_free(&x->told);
	free(x);
}

unsigned lr_suppressor_apis(const struct lr_suppressor *x, uint32_t frame)
{
	return x->apis[frame];
}

struct lr_rule_frame *lr_rule_frames(
	const struct lr_model *m, struct lr_names *names, uint32_t frame, size_t *count)
{
	struct lr_rule_frame *lines = NULL;
	size_t room = 0;
	*count = 0;
	for (uint32_t f = frame; f; f = m->frames[f].parent) {
		size_t n;
		const struct lr_location *at = lr_names_at(names, f, &n);
		for (size_t i = 0; i < n; i++) {
			LR_GROW(lines, *count, room);
			lines[(*count)++] = (struct lr_rule_frame){.function = at[i].function,
				.symbol = at[i].symbol,
				.file = at[i].file,
				.line = at[i].line,
				.module = at[i].module};
		}
	}
	return lines;
}

static struct lr_rule *rule_for(
	struct lr_suppressor *x, uint32_t frame, struct lr_rule_stack s, unsigned kinds)
{
	if (!x->rules || !x->rules->used)
		return NULL;
	struct lr_rule_frame *lines = lr_rule_frames(x->model, x->names, frame, &s.count);
	s.frames = lines;
	struct lr_rule *rule = lr_rules_match(x->rules, kinds, &s);
	free(lines);
	return rule;
}

struct lr_rule *lr_suppressor_rule(struct lr_suppressor *x, uint32_t frame, unsigned kind)
{
	return rule_for(x, frame, (struct lr_rule_stack){.apis = x->apis[frame]}, kind);
}

struct lr_rule *lr_suppressor_resource(struct lr_suppressor *x, uint32_t frame, unsigned kind)
{
	return lr_rules_have(x->rules, kind) ? rule_for(x, frame, (struct lr_rule_stack){0}, kind)
					     : NULL;
}

struct lr_rule *lr_suppressor_release(struct lr_suppressor *x, uint32_t frame, unsigned api)
{
	return rule_for(x, frame, (struct lr_rule_stack){.apis = 1U << api, .release = true},
		LR_SUPPRESS_RELEASE);
}

void lr_suppressor_use(struct lr_suppressor *x, struct lr_rule *rule, uint32_t frame, unsigned kind,
	const struct lr_scan_sum *sum)
{
	bool fresh;
	lr_map_put(&x->told, (uint64_t)kind << 32 | frame, &fresh);
	if (fresh)
		lr_rule_use(rule, sum->blocks, sum->bytes);
}

void lr_suppressor_lead(struct lr_suppressor *x, struct lr_rule *rule, uint32_t owner,
	uint32_t frame, const struct lr_scan_sum *sum)
{
	bool fresh;
	lr_map_put(
		&x->told, UINT64_C(1) << 63 | (uint64_t)(owner & 0x7fffffff) << 32 | frame, &fresh);
	if (!fresh)
		return;
	rule->led_blocks += sum->blocks;
	rule->led_bytes += sum->bytes;
}
