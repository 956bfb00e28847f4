/* The regions of a view as a tree, and what did not go together in the dumps. */
#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/view/function_regions.h"
#include "tools/view/regions_parts.h"

static void add_node(struct lr_regions_making *w, const struct lr_region_node *n)
{
	LR_GROW(w->nodes, w->used, w->room);
	w->nodes[w->used++] = *n;
}

void lr_regions_nodes(struct lr_regions_making *w)
{
	const char *program = NULL;
	for (size_t i = 0; !w->v->by_functions && i < w->m->regions_used; i++) {
		const struct lr_region *r = &w->m->regions[i];
		add_node(w, &(struct lr_region_node){.name = r->name,
				    .path = r->path,
				    .program = w->m->dumps[r->dump].header.program,
				    .parent = r->parent});
		if (program && strcmp(program, w->nodes[i].program) != 0)
			w->v->programs = true;
		program = w->nodes[i].program;
	}
}

void lr_regions_functions(struct lr_regions_making *w)
{
	while (w->used < lr_function_regions_used(w->v->functions)) {
		const struct lr_function_region *r =
			lr_function_region(w->v->functions, (uint32_t)w->used + 1);
		add_node(w, &(struct lr_region_node){
				    .name = r->name, .path = r->path, .parent = r->parent});
	}
}

struct place {
	uint64_t value;
	uint32_t parent, node; /* node: index plus 1 */
	const char *path;
};

static int by_place(const void *pa, const void *pb)
{
	const struct place *a = pa, *b = pb;
	if (a->parent != b->parent)
		return a->parent < b->parent ? -1 : 1;
	if (a->value != b->value)
		return a->value > b->value ? -1 : 1;
	int c = strcmp(a->path, b->path);
	return c ? c : a->node < b->node ? -1 : 1;
}

uint32_t lr_regions_first(struct lr_regions_making *w)
{
	struct place *p = lr_calloc(w->used, sizeof(*p));
	for (size_t i = 0; i < w->used; i++)
		p[i] = (struct place){.value = w->nodes[i].value,
			.parent = w->nodes[i].parent,
			.node = (uint32_t)i + 1,
			.path = w->nodes[i].path};
	if (w->used)
		qsort(p, w->used, sizeof(*p), by_place);
	uint32_t first = w->used ? p[0].node : 0;
	for (size_t i = 0; i < w->used; i++) {
		if (i && p[i - 1].parent == p[i].parent)
			w->nodes[p[i - 1].node - 1].next = p[i].node;
		else if (p[i].parent)
			w->nodes[p[i].parent - 1].first = p[i].node;
	}
	free(p);
	return first;
}

uint32_t lr_regions_next(const struct lr_regions_making *w, uint32_t at)
{
	if (w->nodes[at - 1].first)
		return w->nodes[at - 1].first;
	while (at && !w->nodes[at - 1].next)
		at = w->nodes[at - 1].parent;
	return at ? w->nodes[at - 1].next : 0;
}

void lr_regions_notes(struct lr_regions_view *v, const struct lr_model *m)
{
	struct lr_unbalanced sum = {0};
	uint64_t not_ended = 0, cut = 0, inherited = 0;
	v->marked = lr_calloc(m->dumps_used, sizeof(*v->marked));
	for (size_t i = 0; i < m->dumps_used; i++) {
		const struct lr_unbalanced *u = &m->dumps[i].unbalanced;
		sum.without_begin += u->without_begin;
		sum.elsewhere += u->elsewhere;
		sum.too_deep += u->too_deep;
		sum.too_many += u->too_many;
		if (m->dumps[i].marks_used)
			v->marked[v->marked_used++] = &m->dumps[i];
	}
	for (size_t i = 0; i < m->entries_used; i++) {
		not_ended += m->entries[i].of.not_ended;
		cut += m->entries[i].of.cut;
		inherited += m->entries[i].of.inherited;
	}
	const struct lr_region_note notes[] = {
		{"not_ended",
			"entries had not ended when their thread or the process did: in no "
			"number per entry but the most",
			not_ended},
		{"ended_by_outer", "entries were ended by the end of a region around them", cut},
		{"ends_without_begin", "ends of regions that their thread was not in",
			sum.without_begin},
		{"ends_in_other_threads", "of these ends: of regions that another thread has begun",
			sum.elsewhere},
		{"inherited", "entries were begun before a fork: they count in the parent",
			inherited},
		{"too_deep",
			"begins within more regions than are kept: their blocks count to the "
			"innermost that is",
			sum.too_deep},
		{"too_many",
			"begins beyond as many regions as are kept: their blocks count to the one "
			"around them",
			sum.too_many}};
	v->notes_used = sizeof(notes) / sizeof(*notes);
	v->notes = lr_calloc(v->notes_used, sizeof(*v->notes));
	memcpy(v->notes, notes, sizeof(notes));
}

void lr_regions_making_free(struct lr_regions_making *w)
{
	free(w->nodes);
}
