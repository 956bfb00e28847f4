#include "tools/view/function_regions.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include "tools/util/map.h"
#include "tools/util/mem.h"
#include "tools/view/measure_parts.h"
#include "tools/view/region_names.h"

struct lr_function_regions {
	const struct lr_model *model;
	struct lr_names *names;
	const char **patterns;
	size_t patterns_used;
	struct lr_function_region *list;
	size_t used, room;
	uint32_t *next;      /* of the same hash: number; as long as the list has room */
	struct lr_map known; /* parent and name -> number */
	uint32_t *by_frame;  /* number plus 1; 0: not asked for yet */
	uint32_t *chain;     /* frames on the way to the root */
	size_t chain_room;
};

bool lr_region_is_begun(const struct lr_model *m, const char *pattern)
{
	for (size_t i = 0; i < m->regions_used; i++)
		if (lr_region_matches(m->regions[i].path, pattern, false))
			return true;
	return false;
}

struct lr_function_regions *lr_function_regions_new(
	const struct lr_model *m, struct lr_names *names, const char *const *patterns, size_t count)
{
	struct lr_function_regions *x = lr_calloc(1, sizeof(*x));
	x->model = m;
	x->names = names;
	x->patterns = lr_calloc(count, sizeof(*x->patterns));
	for (size_t i = 0; i < count; i++)
		if (!lr_region_is_begun(m, patterns[i]))
			x->patterns[x->patterns_used++] = patterns[i];
	if (x->patterns_used)
		x->by_frame = lr_calloc(m->frames_used, sizeof(*x->by_frame));
	return x;
}

void lr_function_regions_free(struct lr_function_regions *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < x->used; i++) {
		free((char *)x->list[i].name);
		free(x->list[i].path);
	}
	lr_map_free(&x->known);
	free(x->list);
	free(x->next);
	free(x->patterns);
	free(x->by_frame);
	free(x->chain);
	free(x);
}

uint32_t lr_function_regions_used(const struct lr_function_regions *x)
{
	return (uint32_t)x->used;
}

const struct lr_function_region *lr_function_region(
	const struct lr_function_regions *x, uint32_t number)
{
	return &x->list[number - 1];
}

/* Takes the name over. */
static uint32_t region_for(struct lr_function_regions *x, uint32_t parent, char *name)
{
	uint64_t key = parent;
	for (const char *s = name; *s; s++)
		key = lr_hash_mix(key, (uint8_t)*s);
	uint32_t *first = lr_map_put(&x->known, key, NULL);
	for (uint32_t i = *first; i; i = x->next[i - 1])
		if (x->list[i - 1].parent == parent && strcmp(x->list[i - 1].name, name) == 0) {
			free(name);
			return i;
		}
	LR_GROW(x->list, x->used, x->room);
	x->next = lr_resize(x->next, x->room, sizeof(*x->next));
	x->list[x->used] = (struct lr_function_region){.name = name,
		.path = parent ? lr_format("%s/%s", x->list[parent - 1].path, name)
			       : lr_strdup(name),
		.parent = parent};
	x->next[x->used] = *first;
	return *first = (uint32_t)++x->used;
}

/* A function that the pattern matches further out is its region already. */
static bool has(const struct lr_function_regions *x, uint32_t region, const char *pattern)
{
	for (; region; region = x->list[region - 1].parent)
		if (fnmatch(pattern, x->list[region - 1].name, 0) == 0)
			return true;
	return false;
}

static uint32_t within_function(
	struct lr_function_regions *x, uint32_t region, const struct lr_location *at)
{
	if (!at->function || at->nearest)
		return region;
	char *name = lr_strndup(at->function, lr_measure_function_length(at->function));
	for (size_t i = 0; i < x->patterns_used; i++)
		if (fnmatch(x->patterns[i], name, 0) == 0 && !has(x, region, x->patterns[i]))
			return region_for(x, region, name);
	free(name);
	return region;
}

static uint32_t within_frame(struct lr_function_regions *x, uint32_t region, uint32_t frame)
{
	size_t count;
	const struct lr_location *at = lr_names_at(x->names, frame, &count);
	while (count-- > 0)
		region = within_function(x, region, &at[count]);
	return region;
}

uint32_t lr_function_region_of(struct lr_function_regions *x, uint32_t frame)
{
	size_t n = 0;
	uint32_t region = 0;
	if (!x->patterns_used || !frame)
		return 0;
	for (uint32_t f = frame; f; f = x->model->frames[f].parent) {
		if (x->by_frame[f]) {
			region = x->by_frame[f] - 1;
			break;
		}
		LR_GROW(x->chain, n, x->chain_room);
		x->chain[n++] = f;
	}
	while (n-- > 0) {
		region = within_frame(x, region, x->chain[n]);
		x->by_frame[x->chain[n]] = region + 1;
	}
	return region;
}
