/* Sites that are alike but for what the other run does not have: which is which. Where a key has
 * one site before and one after, those; of several, those whose counts are the same and nobody
 * else's. Anything else stays open: a wrong match would hide what is new. */
#include <stdlib.h>
#include "tools/util/mem.h"
#include "tools/view/compare_parts.h"

static int by_key(const void *pa, const void *pb)
{
	const struct lr_alike *a = pa, *b = pb;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	for (int i = 0; i < 2; i++)
		if (a->weight[i] != b->weight[i])
			return a->weight[i] < b->weight[i] ? -1 : 1;
	if (a->side != b->side)
		return a->side < b->side ? -1 : 1;
	return a->site < b->site ? -1 : a->site > b->site;
}

static bool is_pair(const struct lr_alike *a, size_t n)
{
	return n == 2 && a[0].side != a[1].side;
}

static bool same_counts(const struct lr_alike *a, const struct lr_alike *b)
{
	return a->weight[0] == b->weight[0] && a->weight[1] == b->weight[1];
}

struct telling {
	struct lr_joining *j;
	void (*found)(struct lr_joining *j, void *ctx, uint32_t before, uint32_t after);
	void *ctx;
};

static void tell(const struct telling *t, const struct lr_alike *a)
{
	const struct lr_alike *b = a + 1;
	if (a->side == LR_BEFORE)
		t->found(t->j, t->ctx, a->site, b->site);
	else
		t->found(t->j, t->ctx, b->site, a->site);
}

/* All of one key. */
static void pair_up(const struct telling *t, const struct lr_alike *list, size_t n)
{
	if (is_pair(list, n)) {
		tell(t, list);
		return;
	}
	for (size_t first = 0, end; first < n; first = end) {
		for (end = first + 1; end < n; end++)
			if (!same_counts(&list[first], &list[end]))
				break;
		if (is_pair(&list[first], end - first))
			tell(t, &list[first]);
	}
}

static struct lr_alike *list_sites(
	const struct lr_joining *j, uint64_t *const keys[2], size_t *used)
{
	struct lr_alike *list = NULL;
	size_t room = 0;
	*used = 0;
	for (int side = 0; side < 2; side++)
		for (uint32_t i = 0; i < j->of[side]->sites_used; i++) {
			const struct lr_values *v = &j->values[side][i];
			if (!keys[side][i])
				continue;
			LR_GROW(list, *used, room);
			list[(*used)++] = (struct lr_alike){.key = keys[side][i],
				.site = i,
				.side = (uint32_t)side,
				.weight = {v->of[LR_METRIC_ALLOCATIONS], v->of[LR_METRIC_BYTES]}};
		}
	if (*used)
		qsort(list, *used, sizeof(*list), by_key);
	return list;
}

static size_t end_of_key(const struct lr_alike *list, size_t used, size_t first)
{
	size_t end = first + 1;
	while (end < used && list[end].key == list[first].key)
		end++;
	return end;
}

void lr_alike_pairs(struct lr_joining *j, uint64_t *const keys[2],
	void (*found)(struct lr_joining *j, void *ctx, uint32_t before, uint32_t after), void *ctx)
{
	const struct telling t = {.j = j, .found = found, .ctx = ctx};
	size_t used;
	struct lr_alike *list = list_sites(j, keys, &used);
	for (size_t first = 0, end; first < used; first = end) {
		end = end_of_key(list, used, first);
		pair_up(&t, &list[first], end - first);
	}
	free(list);
}

void lr_alike_buckets(struct lr_joining *j, uint64_t *const keys[2],
	void (*bucket)(struct lr_joining *j, const struct lr_alike *list, size_t n))
{
	size_t used;
	struct lr_alike *list = list_sites(j, keys, &used);
	for (size_t first = 0, end; first < used; first = end) {
		end = end_of_key(list, used, first);
		bucket(j, &list[first], end - first);
	}
	free(list);
}
