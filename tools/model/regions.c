#include "tools/model/regions.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"

void lr_regions_init(struct lr_regions *r)
{
	LR_GROW(r->paths, r->paths_used, r->paths_room);
	r->paths[r->paths_used++] = (struct lr_region_path){0};
	LR_GROW(r->parts, r->parts_used, r->parts_room);
	r->parts[r->parts_used++] = (struct lr_part){0};
}

void lr_regions_free(struct lr_regions *r)
{
	for (size_t i = 0; i < r->names_used; i++)
		free(r->names[i].text);
	lr_map_free(&r->path_of);
	lr_map_free(&r->part_of);
	lr_map_free(&r->name_of);
	free(r->paths);
	free(r->parts);
	free(r->names);
	free(r->marks);
	*r = (struct lr_regions){0};
}

void lr_regions_name(struct lr_regions *r, uint32_t number, const char *text, size_t len)
{
	bool fresh;
	uint32_t *at = lr_map_put(&r->name_of, number, &fresh);
	if (!fresh)
		return;
	*at = (uint32_t)r->names_used;
	LR_GROW(r->names, r->names_used, r->names_room);
	r->names[r->names_used++] =
		(struct lr_region_name){.number = number, .text = lr_strndup(text, len)};
}

const char *lr_regions_text(const struct lr_regions *r, uint32_t number)
{
	const uint32_t *at = lr_map_find(&r->name_of, number);
	return at ? r->names[*at].text : NULL;
}

/* The path itself, or the nearest one around it, that is of that name; 0: none. */
static uint32_t around(const struct lr_regions *r, uint32_t path, uint32_t name)
{
	while (path && r->paths[path].name != name)
		path = r->paths[path].parent;
	return path;
}

uint32_t lr_regions_path(struct lr_regions *r, uint32_t within, uint32_t name,
	const struct lr_limits *limits, bool *folded, bool *full)
{
	uint64_t key = (uint64_t)within << 32 | name;
	uint32_t *at = lr_map_find(&r->path_of, key), path;
	*folded = *full = false;
	if (!at && r->path_of.used >= limits->regions) {
		*full = true;
		return within;
	}
	if (!at) {
		path = around(r, within, name);
		at = lr_map_put(&r->path_of, key, NULL);
		*at = path ? path : (uint32_t)r->paths_used;
	}
	path = *at;
	if (path == r->paths_used) {
		LR_GROW(r->paths, r->paths_used, r->paths_room);
		r->paths[r->paths_used++] = (struct lr_region_path){.parent = within, .name = name};
	}
	*folded = r->paths[path].parent != within;
	return path;
}

bool lr_regions_part(struct lr_regions *r, uint32_t thread, uint32_t path,
	const struct lr_limits *limits, uint32_t *part)
{
	uint64_t key = (uint64_t)thread << 32 | path;
	uint32_t *at = key ? lr_map_find(&r->part_of, key) : NULL;
	*part = at ? *at : 0;
	if (at || !key)
		return true;
	if (r->parts_used >= limits->cells)
		return false;
	LR_GROW(r->parts, r->parts_used, r->parts_room);
	r->parts[r->parts_used] = (struct lr_part){.thread = thread, .region = path};
	*part = *lr_map_put(&r->part_of, key, NULL) = (uint32_t)r->parts_used++;
	return true;
}

bool lr_regions_mark(
	struct lr_regions *r, const struct lr_region_mark *mark, const struct lr_limits *limits)
{
	if (r->marks_used >= limits->regions)
		return false;
	LR_GROW(r->marks, r->marks_used, r->marks_room);
	r->marks[r->marks_used++] = *mark;
	return true;
}

void lr_entries_add(struct lr_entries *to, const struct lr_entries *from)
{
	to->begun += from->begun;
	to->again += from->again;
	to->inherited += from->inherited;
	to->cut += from->cut;
	bool first = !to->ended && !to->not_ended, none = !from->ended && !from->not_ended;
	for (int i = 0; i < LR_OF_BOTH; i++) {
		if (!none && (first || from->least[i] < to->least[i]))
			to->least[i] = from->least[i];
		if (from->most[i] > to->most[i])
			to->most[i] = from->most[i];
		if (from->most_left[i] > to->most_left[i])
			to->most_left[i] = from->most_left[i];
		to->sum[i] += from->sum[i];
		to->left[i] += from->left[i];
	}
	if (from->most_live > to->most_live)
		to->most_live = from->most_live;
	to->ended += from->ended;
	to->not_ended += from->not_ended;
}
