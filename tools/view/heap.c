#include "tools/view/heap.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/map.h"
#include "tools/util/mem.h"
#include "tools/view/heap_parts.h"
#include "tools/view/sitename.h"

#define KIND_KEY(name, key, words)   key,
#define KIND_WORDS(name, key, words) words,
const char *const lr_holder_keys[LR_HOLDER_KIND_COUNT] = {LR_HOLDER_KINDS(KIND_KEY)};
const char *const lr_holder_words[LR_HOLDER_KIND_COUNT] = {LR_HOLDER_KINDS(KIND_WORDS)};

static void read_graph(struct lr_heap *h)
{
	const struct lr_scan *s = h->scan;
	lr_graph_read(&h->graph, &s->graph, (uint32_t)s->blocks_used, (uint32_t)s->roots_used,
		(uint32_t)s->words_used);
	if (h->graph.whole)
		return;
	lr_graph_free(&h->graph);
	lr_graph_of_scan(&h->graph, s);
}

/* The place of a site: those in one module at one address are one. */
static uint32_t place_of(struct lr_heap *h, struct lr_map *places, size_t *room, uint32_t site)
{
	const struct lr_model *m = h->model;
	uint32_t frame = lr_site_frame(m, h->names, site);
	const struct lr_frame *f = &m->frames[frame];
	bool fresh;
	uint32_t *at = lr_map_put(places, (f->offset << 16) ^ f->module ^ f->offset >> 48, &fresh);
	if (!fresh) {
		h->place[*at].one_caller = false;
		return *at;
	}
	*at = (uint32_t)h->places_used;
	LR_GROW(h->place, h->places_used, *room);
	h->place[h->places_used] = (struct lr_place){.frame = frame, .one_caller = true};
	return (uint32_t)h->places_used++;
}

static void find_places(struct lr_heap *h)
{
	struct lr_map known = {.used = 0}, places = {.used = 0};
	size_t room = 0;
	h->places = lr_calloc(h->scan->blocks_used, sizeof(*h->places));
	for (size_t i = 0; i < h->scan->blocks_used; i++) {
		bool fresh;
		uint32_t *of = lr_map_put(&known, h->sites[i], &fresh);
		if (fresh)
			*of = place_of(h, &places, &room, h->sites[i]);
		h->places[i] = *of;
	}
	lr_map_free(&known);
	lr_map_free(&places);
}

struct lr_line *lr_heap_place_lines(
	const struct lr_heap *h, uint32_t place, size_t max, size_t *used, size_t *cut)
{
	const struct lr_place *p = &h->place[place];
	struct lr_line *lines =
		lr_stack_lines(h->model, h->names, p->frame, p->one_caller ? max : 1, used, cut);
	size_t before = lr_site_lines_before(lines, *used);
	*used -= before;
	if (before)
		memmove(lines, lines + before, *used * sizeof(*lines));
	if (!p->one_caller)
		*cut = 0;
	return lines;
}

struct lr_heap *lr_heap_open(const struct lr_model *m, struct lr_names *names,
	const struct lr_dump *d, const struct lr_scan *scan)
{
	struct lr_heap *h = lr_calloc(1, sizeof(*h));
	*h = (struct lr_heap){.model = m, .dump = d, .scan = scan, .names = names};
	h->sizes = lr_calloc(scan->blocks_used, sizeof(*h->sizes));
	h->sites = lr_calloc(scan->blocks_used, sizeof(*h->sites));
	for (size_t i = 0; i < scan->blocks_used; i++) {
		h->sizes[i] = scan->blocks[i].size;
		h->sites[i] = scan->blocks[i].site;
		h->all.bytes += h->sizes[i];
	}
	h->all.blocks = scan->blocks_used;
	find_places(h);
	read_graph(h);
	lr_heap_find_holders(h);
	lr_retained_make(&h->retained, &h->graph, &h->held, h->sizes);
	return h;
}

void lr_heap_close(struct lr_heap *h)
{
	if (!h)
		return;
	lr_retained_free(&h->retained);
	lr_graph_free(&h->graph);
	for (size_t i = 0; i < h->owned_used; i++)
		free(h->owned[i]);
	free(h->owned);
	free(h->holders);
	free(h->passing);
	free(h->holds);
	free(h->sizes);
	free(h->sites);
	free(h->places);
	free(h->place);
	free(h);
}

struct lr_heap *lr_heap_of(const struct lr_model *m, struct lr_names *names, uint32_t scan)
{
	for (size_t i = m->dumps_used; i-- > 0;) {
		const struct lr_scan *s = lr_scans_get(&m->dumps[i].scans, scan);
		if (s && s->blocks_used)
			return lr_heap_open(m, names, &m->dumps[i], s);
	}
	return NULL;
}
