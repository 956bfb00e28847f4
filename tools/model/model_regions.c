/* Regions in the model's terms: of several dumps, those of one program with the same path are one.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "tools/model/model_parts.h"
#include "tools/util/mem.h"

enum { PATH_MAX_BYTES = 1024 }; /* of a path as text; nobody nests so deep on purpose */

static uint64_t hash_text(uint64_t h, const char *s)
{
	for (; *s; s++)
		h = lr_hash_mix(h, (uint8_t)*s);
	return h;
}

/* Further ones are told apart no longer by where they stand, only by their own names. */
static char *path_of(const struct lr_region *parent, const char *name)
{
	if (!parent)
		return lr_strdup(name);
	if (strlen(parent->path) + strlen(name) > PATH_MAX_BYTES)
		return lr_format(".../%s", name);
	return lr_format("%s/%s", parent->path, name);
}

static bool is_program(const struct lr_model *m, const struct lr_region *r, const char *program)
{
	return r->dump == m->dumps_used ||
	       strncmp(m->dumps[r->dump].header.program, program, LTF_NAME_MAX - 1) == 0;
}

/* Index plus 1. Takes the name over. */
static uint32_t region_for(struct lr_model *m, const char *program, uint32_t parent, char *name)
{
	uint64_t key = hash_text(hash_text(parent, program), name);
	uint32_t *first = lr_map_put(&m->region_of, key, NULL);
	for (uint32_t i = *first; i; i = m->regions[i - 1].next) {
		const struct lr_region *r = &m->regions[i - 1];
		if (r->parent == parent && strcmp(r->name, name) == 0 &&
			is_program(m, r, program)) {
			free(name);
			return i;
		}
	}
	LR_GROW(m->regions, m->regions_used, m->regions_room);
	const struct lr_region *outer = parent ? &m->regions[parent - 1] : NULL;
	m->regions[m->regions_used] = (struct lr_region){.name = name,
		.path = path_of(outer, name),
		.parent = parent,
		.dump = (uint32_t)m->dumps_used,
		.depth = outer ? outer->depth + 1 : 0,
		.next = *first};
	return *first = (uint32_t)++m->regions_used;
}

static char *name_of(const struct lr_regions *r, uint32_t number, const char *what)
{
	const char *text = lr_regions_text(r, number);
	return text && *text ? lr_strdup(text) : lr_format("%s %" PRIu32, what, number);
}

uint32_t *lr_model_regions(
	struct lr_model *m, const char *program, const struct lr_tally *t, uint32_t first_thread)
{
	const struct lr_regions *from = &t->regions;
	uint32_t *index = lr_calloc(from->paths_used, sizeof(*index));
	char own[LTF_NAME_MAX] = {0};
	memcpy(own, program, sizeof(own) - 1); /* a damaged header's may have no end */
	for (size_t i = 1; i < from->paths_used; i++) {
		const struct lr_region_path *p = &from->paths[i];
		index[i] = region_for(m, own, index[p->parent], name_of(from, p->name, "region"));
	}
	for (size_t i = 0; i < from->parts_used; i++) {
		const struct lr_part *p = &from->parts[i];
		if (!p->region)
			continue;
		LR_GROW(m->entries, m->entries_used, m->entries_room);
		m->entries[m->entries_used++] =
			(struct lr_region_entries){.region = index[p->region] - 1,
				.thread = t->selection.by_thread ? first_thread + p->thread + 1 : 0,
				.of = p->entries};
	}
	return index;
}

void lr_model_regions_free(struct lr_model *m)
{
	for (size_t i = 0; i < m->regions_used; i++) {
		free(m->regions[i].name);
		free(m->regions[i].path);
	}
	lr_map_free(&m->region_of);
	free(m->regions);
	free(m->entries);
}

void lr_model_marks(struct lr_dump *d, const struct lr_tally *t)
{
	const struct lr_regions *from = &t->regions;
	d->unbalanced = from->unbalanced;
	d->marks = lr_calloc(from->marks_used, sizeof(*d->marks));
	d->marks_used = from->marks_used;
	memcpy(d->mark, t->selection.mark, sizeof(d->mark));
	for (size_t i = 0; i < from->marks_used; i++)
		d->marks[i] = (struct lr_mark){
			.name = name_of(from, from->marks[i].name, "mark"), .at = from->marks[i]};
}

void lr_model_marks_free(struct lr_dump *d)
{
	for (size_t i = 0; i < d->marks_used; i++)
		free(d->marks[i].name);
	free(d->marks);
}
