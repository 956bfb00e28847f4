/* Sites with one function more, or less, in their paths: code was moved into a function of its own,
 * or is inlined now and its name is not told. That function must be new, or gone; the path without
 * it must be nobody else's; and the counts must be alike. */
#include <stdlib.h>
#include "tools/util/mem.h"
#include "tools/view/compare_parts.h"

enum { LIKE = 2 }; /* counts may differ by this factor */

/* By sites: a hash of the path without what the other measure lacks; 0: no candidate. */
static uint64_t *make_keys(const struct lr_joining *j, int side)
{
	const struct lr_measure *m = j->of[side];
	uint64_t *hash = lr_calloc(m->build->nodes_used + 1, sizeof(*hash));
	uint64_t *keys = lr_calloc(m->sites_used, sizeof(*keys));
	uint8_t *left_out = lr_calloc(m->build->nodes_used + 1, 1);
	hash[0] = 1;
	for (uint32_t i = 1; i <= m->build->nodes_used; i++) {
		const struct lr_measure_node *n = lr_measure_node_at(m, i);
		bool lacks = lr_joining_lacks(j, side, n->line);
		hash[i] = lacks ? hash[n->outer]
				: lr_hash_mix(hash[n->outer],
					  side == LR_AFTER ? j->lines[n->line] : n->line);
		left_out[i] = left_out[n->outer];
		if (lacks && left_out[i] <= 1)
			left_out[i]++;
		bool only = n->frame.depth <= left_out[i];
		if (n->site && left_out[i] <= 1 && !only &&
			lr_joining_is_open(j, side, n->site - 1))
			keys[n->site - 1] = hash[i] | 1;
	}
	free(hash);
	free(left_out);
	return keys;
}

static const struct lr_measure_node *left_out(const struct lr_joining *j, int side, uint32_t site)
{
	const struct lr_measure_node *n = lr_joining_node(j, side, site);
	while (n && !lr_joining_lacks(j, side, n->line))
		n = lr_measure_node_at(j->of[side], n->outer);
	return n;
}

static void found(struct lr_joining *j, void *ctx, uint32_t before, uint32_t after)
{
	const struct lr_measure_node *gone = left_out(j, LR_BEFORE, before),
				     *more = left_out(j, LR_AFTER, after);
	uint64_t a = j->values[LR_BEFORE][before].of[LR_METRIC_ALLOCATIONS],
		 b = j->values[LR_AFTER][after].of[LR_METRIC_ALLOCATIONS];
	(void)ctx;
	if (!gone == !more || a / LIKE > b || b / LIKE > a)
		return;
	const char *function = (gone ? gone : more)->frame.function;
	if (lr_measured_is_nameless(function))
		return;
	lr_join_two(j, before, after, LR_JOIN_MOVED);
	j->joined[after].function = function;
}

void lr_join_moved(struct lr_joining *j)
{
	uint64_t *keys[2] = {make_keys(j, LR_BEFORE), make_keys(j, LR_AFTER)};
	lr_alike_pairs(j, keys, found, NULL);
	free(keys[LR_BEFORE]);
	free(keys[LR_AFTER]);
}
