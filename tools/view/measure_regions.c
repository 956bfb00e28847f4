/* Regions of a measure: those that the program has begun, and within them those that functions
 * are. What was allocated in a region counts to all around it, too. */
#include <stdlib.h>
#include "tools/util/mem.h"
#include "tools/view/function_regions.h"
#include "tools/view/measure_parts.h"

void lr_measure_regions_begin(struct lr_measuring *w)
{
	if (!w->q->by_region)
		return;
	w->m->by_region = true;
	w->functions =
		lr_function_regions_new(w->model, w->names, w->q->regions, w->q->regions_used);
}

/* Index plus 1: of a region of the model (index plus 1) and one of functions within it; either may
 * be 0. */
static uint32_t region_for(struct lr_measuring *w, uint32_t begun, uint32_t function)
{
	bool fresh;
	uint32_t *at = lr_map_put(&w->region_of, (uint64_t)begun << 32 | function, &fresh);
	if (!fresh || (!begun && !function))
		return *at;
	const char *outer = begun ? w->model->regions[begun - 1].path : NULL;
	const char *inner = function ? lr_function_region(w->functions, function)->path : NULL;
	char *both = outer && inner ? lr_format("%s/%s", outer, inner) : NULL;
	*at = 1 + lr_measure_region(w->m, w->program, both ? both : outer ? outer : inner);
	free(both);
	return *at;
}

static void add(struct lr_measuring *w, uint32_t region, const struct lr_values *values)
{
	lr_values_add(&w->m->regions[region - 1].values, values);
}

uint32_t lr_measure_region_of(
	struct lr_measuring *w, const struct lr_site *s, const struct lr_values *values)
{
	uint32_t begun = s->region;
	uint32_t function = w->functions ? lr_function_region_of(w->functions, s->frame) : 0;
	uint32_t region = region_for(w, begun, function);
	for (; function; function = lr_function_region(w->functions, function)->parent)
		add(w, region_for(w, begun, function), values);
	for (; begun; begun = w->model->regions[begun - 1].parent)
		add(w, region_for(w, begun, 0), values);
	return region;
}

static void add_entries(struct lr_measured_region *to, const struct lr_entries *from)
{
	for (int i = 0; i < LR_OF_BOTH; i++) {
		if (to->entries == 0 || from->least[i] < to->least[i])
			to->least[i] = from->least[i];
		if (from->most[i] > to->most[i])
			to->most[i] = from->most[i];
	}
	to->entries += from->begun;
}

void lr_measure_regions_end(struct lr_measuring *w)
{
	const struct lr_model *m = w->model;
	struct lr_entries *sum = lr_calloc(m->regions_used, sizeof(*sum));
	for (size_t i = 0; i < m->entries_used; i++)
		lr_entries_add(&sum[m->entries[i].region], &m->entries[i].of);
	for (size_t i = 0; i < m->regions_used; i++)
		if (sum[i].begun)
			add_entries(&w->m->regions[region_for(w, (uint32_t)i + 1, 0) - 1], &sum[i]);
	free(sum);
	lr_map_free(&w->region_of);
	lr_function_regions_free(w->functions);
}
