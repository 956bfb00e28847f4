/* Sites whose paths have other functions left out: a compiler turns a call into a jump where it is
 * the last thing that a function does, and then that function is on no stack. First what only hands
 * out memory (xmalloc) is left out of both. Then one path must have all functions of the other, in
 * their order, and begin with the same one that allocates; because many might, the counts must be
 * the same, too. */
#include <stdlib.h>
#include "tools/util/mem.h"
#include "tools/view/compare_parts.h"

enum {
	LIKE = 2,           /* counts may differ by this factor, in the first step */
	TESTS_MAX = 1 << 12 /* pairs of paths that are looked at, of those with the same counts */
};

/* A line in terms of before; what the other measure lacks is like nothing there. */
static uint64_t token(const struct lr_joining *j, int side, uint32_t line)
{
	if (lr_joining_lacks(j, side, line))
		return (uint64_t)(2 + side) << 32 | line;
	return side == LR_AFTER ? j->lines[line] : line;
}

static const struct lr_measure_node *outer(
	const struct lr_joining *j, int side, const struct lr_measure_node *n)
{
	return lr_measure_node_at(j->of[side], n->outer);
}

/* By sites: a hash of the path without what only passes calls on; 0: no candidate. */
static uint64_t *keys_without_wrappers(const struct lr_joining *j, int side)
{
	const struct lr_measure *m = j->of[side];
	uint64_t *hash = lr_calloc(m->build->nodes_used + 1, sizeof(*hash));
	uint64_t *keys = lr_calloc(m->sites_used, sizeof(*keys));
	hash[0] = 1;
	for (uint32_t i = 1; i <= m->build->nodes_used; i++) {
		const struct lr_measure_node *n = lr_measure_node_at(m, i);
		hash[i] = n->frame.passes_on ? hash[n->outer]
					     : lr_hash_mix(hash[n->outer], token(j, side, n->line));
		if (n->site && hash[i] != 1 && lr_joining_is_open(j, side, n->site - 1))
			keys[n->site - 1] = hash[i] | 1;
	}
	free(hash);
	return keys;
}

static void found(struct lr_joining *j, void *ctx, uint32_t before, uint32_t after)
{
	uint64_t a = j->values[LR_BEFORE][before].of[LR_METRIC_ALLOCATIONS],
		 b = j->values[LR_AFTER][after].of[LR_METRIC_ALLOCATIONS];
	(void)ctx;
	if (a / LIKE <= b && b / LIKE <= a)
		lr_join_two(j, before, after, LR_JOIN_MOVED);
}

/* By sites: a hash of the function that is meant and of the counts; 0: no candidate. */
static uint64_t *keys_of_counts(const struct lr_joining *j, int side)
{
	static const enum lr_metric same[] = {LR_METRIC_ALLOCATIONS, LR_METRIC_BYTES,
		LR_METRIC_LIVE_BYTES, LR_METRIC_DEFINITE_BYTES, LR_METRIC_INDIRECT_BYTES,
		LR_METRIC_POSSIBLE_BYTES};
	const struct lr_measure *m = j->of[side];
	uint64_t *keys = lr_calloc(m->sites_used, sizeof(*keys));
	for (uint32_t i = 0; i < m->sites_used; i++) {
		const struct lr_values *v = &j->values[side][i];
		const struct lr_measure_node *means =
			(const struct lr_measure_node *)(const void *)m->sites[i].means;
		if (!lr_joining_is_open(j, side, i) || lr_joining_lacks(j, side, means->line))
			continue;
		uint64_t hash = lr_hash_mix(5, token(j, side, means->line));
		for (size_t k = 0; k < sizeof(same) / sizeof(*same); k++)
			hash = lr_hash_mix(hash, v->of[same[k]]);
		keys[i] = hash | 1;
	}
	return keys;
}

/* All of the shorter path is in the longer one, in the same order. */
static bool is_part(const struct lr_joining *j, const struct lr_measure_node *few, int few_side,
	const struct lr_measure_node *many)
{
	int many_side = !few_side;
	for (; few && many; many = outer(j, many_side, many)) {
		if (many->frame.depth < few->frame.depth)
			return false;
		if (token(j, few_side, few->line) == token(j, many_side, many->line))
			few = outer(j, few_side, few);
	}
	return !few;
}

static bool are_alike(const struct lr_joining *j, uint32_t before, uint32_t after)
{
	const struct lr_measure_node *a = lr_joining_node(j, LR_BEFORE, before),
				     *b = lr_joining_node(j, LR_AFTER, after);
	while (a && a->frame.passes_on)
		a = outer(j, LR_BEFORE, a);
	while (b && b->frame.passes_on)
		b = outer(j, LR_AFTER, b);
	if (!a || !b)
		return false;
	return a->frame.depth < b->frame.depth ? is_part(j, a, LR_BEFORE, b)
					       : is_part(j, b, LR_AFTER, a);
}

/* Sites of both with one key, those before first. */
static void join_bucket(struct lr_joining *j, const struct lr_alike *list, size_t n)
{
	size_t first_after = 0, after;
	while (first_after < n && list[first_after].side == LR_BEFORE)
		first_after++;
	after = n - first_after;
	if (!first_after || !after || first_after > TESTS_MAX / after)
		return;
	for (size_t a = 0; a < first_after; a++)
		for (size_t b = first_after; b < n; b++) {
			if (!lr_joining_is_open(j, LR_AFTER, list[b].site) ||
				!are_alike(j, list[a].site, list[b].site))
				continue;
			lr_join_two(j, list[a].site, list[b].site, LR_JOIN_MOVED);
			break;
		}
}

void lr_join_fewer(struct lr_joining *j)
{
	uint64_t *keys[2];
	for (int side = 0; side < 2; side++)
		keys[side] = keys_without_wrappers(j, side);
	lr_alike_pairs(j, keys, found, NULL);
	for (int side = 0; side < 2; side++) {
		free(keys[side]);
		keys[side] = keys_of_counts(j, side);
	}
	lr_alike_buckets(j, keys, join_bucket);
	free(keys[LR_BEFORE]);
	free(keys[LR_AFTER]);
}
