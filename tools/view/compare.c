#include "tools/view/compare.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/view/compare_parts.h"

enum { NOT_THERE = UINT32_MAX };

#define JOIN_KEY(name, key) key,
const char *const lr_join_keys[LR_JOIN_COUNT] = {LR_JOINS(JOIN_KEY)};

/* The executable is the same module, whatever its file is called, if each measure is of one. */
static uint32_t program_text(const struct lr_measure *m)
{
	size_t n = m->programs_used == 1 ? strlen(m->programs[0].name) : 0;
	return n ? lr_measure_find_text(m, m->programs[0].name, n) : 0;
}

static void translate(struct lr_joining *j)
{
	const struct lr_measure *a = j->of[LR_BEFORE], *b = j->of[LR_AFTER];
	for (size_t i = 0; i < b->build->texts_used; i++) {
		const char *text = b->build->texts[i].text;
		j->texts[i + 1] = lr_measure_find_text(a, text, strlen(text));
	}
	memcpy(j->modules, j->texts, (b->build->texts_used + 1) * sizeof(*j->texts));
	if (program_text(a) && program_text(b))
		j->modules[program_text(b)] = program_text(a);
	for (uint32_t i = 1; i <= b->build->lines_used; i++) {
		const struct lr_measure_line *l = &b->build->lines[i - 1];
		const uint32_t *line = lr_map_find(&a->build->line_of,
			(uint64_t)j->texts[l->function] << 32 | j->modules[l->module]);
		j->lines[i] = line ? *line : 0;
		if (line)
			j->line_after[*line] = i;
	}
}

void lr_join_two(struct lr_joining *j, uint32_t before, uint32_t after, enum lr_join join)
{
	j->joined[after] = (struct lr_joined){.before = before + 1, .join = join};
	j->after[before] = after + 1;
}

/* Outer frames were made before inner ones. */
void lr_join_paths(struct lr_joining *j, enum lr_join join)
{
	const struct lr_measure *a = j->of[LR_BEFORE], *b = j->of[LR_AFTER];
	uint32_t *nodes = lr_calloc(b->build->nodes_used + 1, sizeof(*nodes));
	for (uint32_t i = 1; i <= b->build->nodes_used; i++) {
		const struct lr_measure_node *n = lr_measure_node_at(b, i);
		uint32_t outer = n->outer ? nodes[n->outer] : 0;
		const uint32_t *at = NULL;
		if (outer != NOT_THERE && j->lines[n->line])
			at = lr_map_find(
				&a->build->node_of, (uint64_t)outer << 32 | j->lines[n->line]);
		nodes[i] = at ? *at : NOT_THERE;
		if (!n->site || !at || !lr_joining_is_open(j, LR_AFTER, n->site - 1))
			continue;
		uint32_t site = lr_measure_node_at(a, *at)->site;
		if (site && lr_joining_is_open(j, LR_BEFORE, site - 1))
			lr_join_two(j, site - 1, n->site - 1, join);
	}
	free(nodes);
}

static struct lr_values *sum_rows(const struct lr_measure *m)
{
	struct lr_values *values = lr_calloc(m->sites_used, sizeof(*values));
	for (size_t i = 0; i < m->rows_used; i++)
		lr_values_add(&values[m->rows[i].site], &m->rows[i].values);
	return values;
}

/* A site that the measure does not have could be one of those that it does not tell. */
static bool may_have(const struct lr_measure *m, const struct lr_values *v)
{
	for (int i = 0; i < LR_METRIC_COUNT; i++)
		if (v->of[i] > m->rest_most.of[i])
			return false;
	return !m->whole;
}

static void list_sites(struct lr_joining *j)
{
	struct lr_compare *c = j->c;
	const struct lr_measure *a = j->of[LR_BEFORE], *b = j->of[LR_AFTER];
	c->sites = lr_calloc(a->sites_used + b->sites_used, sizeof(*c->sites));
	c->joined[LR_BEFORE] = lr_calloc(a->sites_used, sizeof(uint32_t));
	c->joined[LR_AFTER] = lr_calloc(b->sites_used, sizeof(uint32_t));
	for (uint32_t i = 0; i < b->sites_used; i++) {
		const struct lr_joined *is = &j->joined[i];
		struct lr_compared_site *s = &c->sites[c->used];
		*s = (struct lr_compared_site){
			.site = {is->before, i + 1}, .join = is->join, .function = is->function};
		s->of[LR_AFTER] = j->values[LR_AFTER][i];
		if (is->before) {
			s->of[LR_BEFORE] = j->values[LR_BEFORE][is->before - 1];
			c->joined[LR_BEFORE][is->before - 1] = (uint32_t)c->used;
		} else {
			s->unsure = may_have(a, &s->of[LR_AFTER]);
		}
		c->joined[LR_AFTER][i] = (uint32_t)c->used++;
	}
	for (uint32_t i = 0; i < a->sites_used; i++) {
		if (j->after[i])
			continue;
		c->sites[c->used] = (struct lr_compared_site){.site = {i + 1, 0}};
		c->sites[c->used].of[LR_BEFORE] = j->values[LR_BEFORE][i];
		c->sites[c->used].unsure = may_have(b, &j->values[LR_BEFORE][i]);
		c->joined[LR_BEFORE][i] = (uint32_t)c->used++;
	}
}

/* A place in a list by kind and site, new or not. Kinds are few. */
static uint32_t *place(struct lr_map *map, const char **kinds, size_t *used, size_t room,
	const char *kind, uint32_t site, bool *fresh)
{
	size_t k = 0;
	while (k < *used && strcmp(kinds[k], kind) != 0)
		k++;
	if (k == *used && k < room)
		kinds[(*used)++] = kind;
	return lr_map_put(map, (uint64_t)k << 32 | site, fresh);
}

enum { KINDS_MAX = 256 };

static void list_findings(struct lr_compare *c)
{
	struct lr_map map = {0};
	const char *kinds[KINDS_MAX];
	size_t used = 0;
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < c->of[side]->findings_used; i++) {
			const struct lr_measured_finding *f = &c->of[side]->findings[i];
			uint32_t site = f->site ? c->joined[side][f->site - 1] + 1 : 0;
			bool fresh;
			uint32_t *at = place(&map, kinds, &used, KINDS_MAX, f->kind, site, &fresh);
			if (fresh) {
				*at = (uint32_t)c->findings_used;
				LR_GROW(c->findings, c->findings_used, c->findings_room);
				c->findings[c->findings_used++] =
					(struct lr_compared_finding){.kind = f->kind, .site = site};
			}
			c->findings[*at].count[side] += f->count;
			c->findings[*at].bytes[side] += f->bytes;
		}
	lr_map_free(&map);
}

static void list_resources(struct lr_compare *c)
{
	struct lr_map map = {0};
	const char *kinds[KINDS_MAX];
	size_t used = 0;
	for (int side = 0; side < 2; side++)
		for (size_t i = 0; i < c->of[side]->resources_used; i++) {
			const struct lr_measured_resource *r = &c->of[side]->resources[i];
			uint32_t site = r->site ? c->joined[side][r->site - 1] + 1 : 0;
			bool fresh;
			uint32_t *at = place(&map, kinds, &used, KINDS_MAX, r->kind, site, &fresh);
			if (fresh) {
				*at = (uint32_t)c->resources_used;
				LR_GROW(c->resources, c->resources_used, c->resources_room);
				c->resources[c->resources_used++] = (struct lr_compared_resource){
					.kind = r->kind, .site = site};
			}
			struct lr_compared_resource *to = &c->resources[*at];
			to->created[side] += r->created;
			to->open[side] += r->open;
			to->peak[side] += r->peak;
		}
	lr_map_free(&map);
}

struct lr_compare *lr_compare_make(const struct lr_measure *before, const struct lr_measure *after)
{
	struct lr_compare *c = lr_calloc(1, sizeof(*c));
	struct lr_joining j = {.c = c, .of = {before, after}};
	c->of[LR_BEFORE] = before;
	c->of[LR_AFTER] = after;
	j.texts = lr_calloc(after->build->texts_used + 1, sizeof(*j.texts));
	j.modules = lr_calloc(after->build->texts_used + 1, sizeof(*j.modules));
	j.lines = lr_calloc(after->build->lines_used + 1, sizeof(*j.lines));
	j.line_after = lr_calloc(before->build->lines_used + 1, sizeof(*j.line_after));
	j.joined = lr_calloc(after->sites_used, sizeof(*j.joined));
	j.after = lr_calloc(before->sites_used, sizeof(*j.after));
	j.values[LR_BEFORE] = sum_rows(before);
	j.values[LR_AFTER] = sum_rows(after);
	translate(&j);
	lr_join_paths(&j, LR_JOIN_SAME);
	lr_join_renamed(&j);
	lr_join_moved(&j);
	lr_join_fewer(&j);
	list_sites(&j);
	list_findings(c);
	list_resources(c);
	free(j.texts);
	free(j.modules);
	free(j.lines);
	free(j.line_after);
	free(j.joined);
	free(j.after);
	free(j.values[LR_BEFORE]);
	free(j.values[LR_AFTER]);
	return c;
}

void lr_compare_free(struct lr_compare *c)
{
	if (!c)
		return;
	free(c->sites);
	free(c->joined[LR_BEFORE]);
	free(c->joined[LR_AFTER]);
	free(c->renamings);
	free(c->findings);
	free(c->resources);
	free(c);
}
