/* Where sites came or went together: the outermost call of their paths that only one of the runs
 * has. One more import, one more query is one line so, and not a thousand. */
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/view/changes_parts.h"

enum { LEAST_SITES = 2, MOST = 8 };

/* By nodes: it is on the path of a site that is in both runs. */
static bool *shared_nodes(const struct lr_compare *c, int side)
{
	const struct lr_measure *m = c->of[side];
	bool *shared = lr_calloc(m->build->nodes_used + 1, sizeof(*shared));
	for (uint32_t i = (uint32_t)m->build->nodes_used; i > 0; i--) {
		const struct lr_measure_node *n = lr_measure_node_at(m, i);
		if (n->site)
			shared[i] |= c->sites[c->joined[side][n->site - 1]].join != LR_JOIN_NONE;
		if (shared[i])
			shared[n->outer] = true;
	}
	return shared;
}

/* Where the whole measure has nothing in common with the other there is no caller to name. */
static void add_branches(struct lr_changes *v, int side)
{
	const struct lr_measure *m = v->compare->of[side];
	bool *shared = shared_nodes(v->compare, side);
	uint32_t *head = lr_calloc(m->build->nodes_used + 1, sizeof(*head)); /* branch plus 1 */
	for (uint32_t i = 1; i <= m->build->nodes_used && shared[0]; i++) {
		const struct lr_measure_node *n = lr_measure_node_at(m, i);
		if (shared[i])
			continue;
		head[i] = head[n->outer];
		if (!head[i]) {
			LR_GROW(v->branches, v->branches_used, v->branches_room);
			v->branches[v->branches_used] =
				(struct lr_branch){.called = &n->frame, .gone = side == LR_BEFORE};
			head[i] = (uint32_t)++v->branches_used;
		}
		if (!n->site)
			continue;
		const struct lr_compared_site *s =
			&v->compare->sites[v->compare->joined[side][n->site - 1]];
		struct lr_branch *b = &v->branches[head[i] - 1];
		b->sites += !s->unsure;
		if (!s->unsure)
			lr_values_add(&b->values, &s->of[side]);
	}
	free(head);
	free(shared);
}

static int by_allocations(const void *pa, const void *pb)
{
	const struct lr_branch *a = pa, *b = pb;
	for (int i = LR_METRIC_ALLOCATIONS; i <= LR_METRIC_BYTES; i++)
		if (a->values.of[i] != b->values.of[i])
			return a->values.of[i] > b->values.of[i] ? -1 : 1;
	if (a->gone != b->gone)
		return a->gone ? 1 : -1;
	return strcmp(a->called->function, b->called->function);
}

void lr_changes_branches(struct lr_changes *v, const struct lr_query *q)
{
	size_t to = 0, most = q->limit < MOST ? q->limit : MOST;
	if (v->group == LR_GROUP_THREAD)
		return;
	add_branches(v, LR_BEFORE);
	add_branches(v, LR_AFTER);
	for (size_t i = 0; i < v->branches_used; i++) {
		struct lr_branch *b = &v->branches[i];
		if (b->sites < LEAST_SITES || !b->values.of[LR_METRIC_ALLOCATIONS])
			continue;
		lr_changes_path(b->called, q->stack_max, &b->path_used, &b->left_out);
		v->branches[to++] = *b;
	}
	v->branches_used = v->all_branches = to;
	if (to)
		qsort(v->branches, to, sizeof(*v->branches), by_allocations);
	if (v->branches_used > most)
		v->branches_used = most;
}
