#include "tools/check/budget.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

struct lr_budget *lr_budget_new(void)
{
	return lr_calloc(1, sizeof(struct lr_budget));
}

void lr_budget_free(struct lr_budget *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->used; i++)
		lr_budget_rule_free(&b->rules[i]);
	for (size_t i = 0; i < b->pinned_used; i++)
		free(b->pinned[i].id);
	lr_measure_free(b->baseline);
	free(b->rules);
	free(b->pinned);
	free(b);
}

void lr_budget_add(struct lr_budget *b, struct lr_budget_rule *r)
{
	LR_GROW(b->rules, b->used, b->room);
	b->rules[b->used++] = *r;
	*r = (struct lr_budget_rule){0};
}

static struct lr_pinned *find(const struct lr_budget *b, const char *id)
{
	for (size_t i = 0; i < b->pinned_used; i++)
		if (strcmp(b->pinned[i].id, id) == 0)
			return &b->pinned[i];
	return NULL;
}

const uint64_t *lr_budget_pinned(const struct lr_budget *b, const char *id)
{
	const struct lr_pinned *p = find(b, id);
	return p ? &p->value : NULL;
}

void lr_budget_pin(struct lr_budget *b, const char *id, uint64_t value)
{
	struct lr_pinned *p = find(b, id);
	if (!p) {
		LR_GROW(b->pinned, b->pinned_used, b->pinned_room);
		p = &b->pinned[b->pinned_used++];
		p->id = lr_strdup(id);
	}
	p->value = value;
}
