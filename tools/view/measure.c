/* A measure, put together name by name. Texts, functions of modules, frames, sites and rows are
 * there once each, found by pairs of ids; so what it costs grows with what is different. */
#include "tools/view/measure.h"

#include <stdlib.h>
#include <string.h>
#include "tools/util/mem.h"
#include "tools/util/text.h"
#include "tools/view/measure_parts.h"
#include "tools/view/sitename.h"

enum {
	TEXT_CHUNK = 64 << 10, /* bytes */
	DEEPEST = 2048         /* functions of a path: beyond that nobody looks for a recursion */
};

#define METRIC_WORDS(name, key, bytes, text) {key, text, bytes},
const struct lr_metric_words lr_metrics[LR_METRIC_COUNT] = {LR_METRICS(METRIC_WORDS)};

struct lr_measure *lr_measure_new(void)
{
	struct lr_measure *m = lr_calloc(1, sizeof(*m));
	m->build = lr_calloc(1, sizeof(*m->build));
	m->build->first_start = UINT64_MAX;
	m->whole = true;
	return m;
}

void lr_measure_free(struct lr_measure *m)
{
	if (!m)
		return;
	struct lr_measure_build *b = m->build;
	struct lr_map *maps[] = {&b->text_of, &b->line_of, &b->node_of, &b->program_of,
		&b->thread_of, &b->region_of, &b->combination_of, &b->row_of, &b->finding_of,
		&b->resource_of};
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		lr_map_free(maps[i]);
	for (size_t i = 0; i < b->chunks_used; i++)
		free(b->chunks[i]);
	for (size_t i = 0; i * LR_MEASURE_CHUNK < b->nodes_used; i++)
		free(b->nodes[i]);
	free(b->chunks);
	free(b->nodes);
	free(b->texts);
	free(b->lines);
	free(b);
	free(m->sites);
	free(m->rows);
	free(m->programs);
	free(m->threads);
	free(m->regions);
	free(m->findings);
	free(m->resources);
	free(m);
}

void lr_values_add(struct lr_values *to, const struct lr_values *from)
{
	for (int i = 0; i < LR_METRIC_COUNT; i++)
		to->of[i] += from->of[i];
}

static char *text_room(struct lr_measure_build *b, size_t n)
{
	if (n > b->chunk_left) {
		size_t size = n > TEXT_CHUNK / 8 ? n : TEXT_CHUNK;
		LR_GROW(b->chunks, b->chunks_used, b->chunks_room);
		b->chunks[b->chunks_used++] = lr_calloc(1, size);
		b->chunk_left = size;
		if (size == n) { /* a long one by itself: the one before goes on */
			b->chunk_left = 0;
			return b->chunks[b->chunks_used - 1];
		}
	}
	char *at = b->chunks[b->chunks_used - 1] + (TEXT_CHUNK - b->chunk_left);
	b->chunk_left -= n;
	return at;
}

static uint64_t hash_text(const char *text, size_t n)
{
	uint64_t hash = lr_hash_mix(3, n);
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ (uint8_t)text[i]) * 0x100000001b3ULL;
	return hash;
}

static uint32_t find_text(const struct lr_measure_build *b, const char *text, size_t n, uint32_t id)
{
	for (; id; id = b->texts[id - 1].next) {
		const char *have = b->texts[id - 1].text;
		if (strncmp(have, text, n) == 0 && have[n] == 0)
			break;
	}
	return id;
}

uint32_t lr_measure_find_text(const struct lr_measure *m, const char *text, size_t n)
{
	const uint32_t *first = lr_map_find(&m->build->text_of, hash_text(text, n));
	return first ? find_text(m->build, text, n, *first) : 0;
}

/* Names come from files and may be any bytes; those in a budget file are UTF-8. */
static char *repaired(const char *text, size_t n)
{
	char *out = lr_calloc(n + 1, 3);
	size_t used = 0;
	for (size_t at = 0; at < n;) {
		size_t len = lr_utf8_at(text + at, n - at);
		memcpy(out + used, len ? text + at : "\xef\xbf\xbd", len ? len : 3);
		used += len ? len : 3;
		at += len ? len : 1;
	}
	return out;
}

static bool is_utf8(const char *text, size_t n)
{
	size_t at = 0, len = 1;
	for (; at < n && len; at += len)
		len = lr_utf8_at(text + at, n - at);
	return len != 0;
}

uint32_t lr_measure_text(struct lr_measure *m, const char *text, size_t n)
{
	struct lr_measure_build *b = m->build;
	uint32_t *first = lr_map_put(&b->text_of, hash_text(text, n), NULL);
	uint32_t have = find_text(b, text, n, *first);
	if (have)
		return have;
	if (!is_utf8(text, n)) {
		char *good = repaired(text, n);
		have = lr_measure_text(m, good, strlen(good));
		free(good);
		return have;
	}
	char *copy = text_room(b, n + 1);
	memcpy(copy, text, n);
	copy[n] = 0;
	LR_GROW(b->texts, b->texts_used, b->texts_room);
	b->texts[b->texts_used++] = (struct lr_measure_text){.text = copy, .next = *first};
	return *first = (uint32_t)b->texts_used;
}

const char *lr_measure_text_of(const struct lr_measure *m, uint32_t text)
{
	return m->build->texts[text - 1].text;
}

static uint32_t text_of(struct lr_measure *m, const char *text)
{
	return lr_measure_text(m, text, strlen(text));
}

/* The place for the id of a pair. */
static uint32_t *pair(struct lr_map *map, uint32_t a, uint32_t b, bool *fresh)
{
	return lr_map_put(map, (uint64_t)a << 32 | b, fresh);
}

uint32_t lr_measure_line(struct lr_measure *m, uint32_t function, uint32_t module)
{
	struct lr_measure_build *b = m->build;
	bool fresh;
	uint32_t *id = pair(&b->line_of, function, module, &fresh);
	if (!fresh)
		return *id;
	LR_GROW(b->lines, b->lines_used, b->lines_room);
	b->lines[b->lines_used++] = (struct lr_measure_line){.function = function,
		.module = module,
		.passes_on = lr_passes_on(b->texts[function - 1].text)};
	return *id = (uint32_t)b->lines_used;
}

struct lr_measure_node *lr_measure_node_at(const struct lr_measure *m, uint32_t id)
{
	return id ? &m->build->nodes[(id - 1) / LR_MEASURE_CHUNK][(id - 1) % LR_MEASURE_CHUNK]
		  : NULL;
}

static uint32_t new_node(struct lr_measure *m, uint32_t outer, uint32_t line, bool inlined)
{
	struct lr_measure_build *b = m->build;
	const struct lr_measure_node *up = lr_measure_node_at(m, outer);
	const struct lr_measure_line *l = &b->lines[line - 1];
	size_t chunk = b->nodes_used / LR_MEASURE_CHUNK;
	if (b->nodes_used % LR_MEASURE_CHUNK == 0) {
		LR_GROW(b->nodes, chunk, b->nodes_room);
		b->nodes[chunk] = lr_calloc(LR_MEASURE_CHUNK, sizeof(**b->nodes));
	}
	uint32_t id = (uint32_t)++b->nodes_used;
	*lr_measure_node_at(m, id) =
		(struct lr_measure_node){.frame = {.function = b->texts[l->function - 1].text,
						 .module = b->texts[l->module - 1].text,
						 .outer = up ? &up->frame : NULL,
						 .depth = 1 + (up ? up->frame.depth : 0),
						 .inlined = inlined,
						 .passes_on = l->passes_on},
			.id = id,
			.outer = outer,
			.line = line};
	return id;
}

uint32_t lr_measure_node(struct lr_measure *m, uint32_t outer, uint32_t line, bool inlined)
{
	bool fresh;
	uint32_t *id = pair(&m->build->node_of, outer, line, &fresh);
	if (!fresh)
		return *id;
	uint32_t have = outer;
	unsigned looked = 0;
	while (have && lr_measure_node_at(m, have)->line != line)
		have = looked++ < DEEPEST ? lr_measure_node_at(m, have)->outer : 0;
	return *id = have ? have : new_node(m, outer, line, inlined);
}

const struct lr_measured_frame *lr_measure_frame(struct lr_measure *m,
	const struct lr_measured_frame *outer, const char *function, const char *module,
	bool inlined)
{
	uint32_t line = lr_measure_line(m, text_of(m, function), text_of(m, module));
	uint32_t up = outer ? ((const struct lr_measure_node *)(const void *)outer)->id : 0;
	return &lr_measure_node_at(m, lr_measure_node(m, up, line, inlined))->frame;
}

uint32_t lr_measure_site(
	struct lr_measure *m, const struct lr_measured_frame *path, const char *file, unsigned line)
{
	uint32_t id = ((const struct lr_measure_node *)(const void *)path)->id;
	struct lr_measure_node *node = lr_measure_node_at(m, id);
	if (node->site)
		return node->site - 1;
	LR_GROW(m->sites, m->sites_used, m->build->sites_room);
	struct lr_measured_site *s = &m->sites[m->sites_used++];
	*s = (struct lr_measured_site){.path = path, .means = path, .line = line};
	for (unsigned i = 0; s->means && s->means->passes_on && i < DEEPEST; i++)
		s->means = s->means->outer;
	if (!s->means)
		s->means = path;
	if (file)
		s->file = lr_measure_text_of(m, text_of(m, file));
	node->site = (uint32_t)m->sites_used;
	return node->site - 1;
}

uint32_t lr_measure_program(struct lr_measure *m, const char *name)
{
	bool fresh;
	uint32_t text = text_of(m, name);
	uint32_t *id = pair(&m->build->program_of, 0, text, &fresh);
	if (fresh) {
		*id = (uint32_t)m->programs_used;
		LR_GROW(m->programs, m->programs_used, m->build->programs_room);
		m->programs[m->programs_used++] =
			(struct lr_measured_program){.name = lr_measure_text_of(m, text)};
	}
	return *id;
}

uint32_t lr_measure_thread(struct lr_measure *m, uint32_t program, const char *name)
{
	bool fresh;
	uint32_t text = text_of(m, name);
	uint32_t *id = pair(&m->build->thread_of, program, text, &fresh);
	if (fresh) {
		*id = (uint32_t)m->threads_used;
		LR_GROW(m->threads, m->threads_used, m->build->threads_room);
		m->threads[m->threads_used++] = (struct lr_measured_thread){
			.name = lr_measure_text_of(m, text), .program = program};
	}
	return *id;
}

uint32_t lr_measure_region(struct lr_measure *m, uint32_t program, const char *name)
{
	bool fresh;
	uint32_t text = text_of(m, name);
	uint32_t *id = pair(&m->build->region_of, program, text, &fresh);
	if (fresh) {
		*id = (uint32_t)m->regions_used;
		LR_GROW(m->regions, m->regions_used, m->build->regions_room);
		m->regions[m->regions_used++] = (struct lr_measured_region){
			.name = lr_measure_text_of(m, text), .program = program};
	}
	return *id;
}

/* An id for two that belong together. */
static uint32_t combine(struct lr_measure *m, uint32_t a, uint32_t b)
{
	bool fresh;
	uint32_t *id = pair(&m->build->combination_of, a, b, &fresh);
	return fresh ? *id = ++m->build->combinations : *id;
}

struct lr_values *lr_measure_row(
	struct lr_measure *m, uint32_t site, uint32_t program, uint32_t thread, uint32_t region)
{
	/* Programs and ids of combinations are told apart by the top bit. */
	uint32_t where = combine(m, 1U << 31 | combine(m, program, thread), region);
	bool fresh;
	uint32_t *id = pair(&m->build->row_of, site, where, &fresh);
	if (fresh) {
		*id = (uint32_t)m->rows_used;
		LR_GROW(m->rows, m->rows_used, m->build->rows_room);
		m->rows[m->rows_used++] = (struct lr_measured_row){
			.site = site, .program = program, .thread = thread, .region = region};
	}
	return &m->rows[*id].values;
}

struct lr_measured_finding *lr_measure_finding(
	struct lr_measure *m, uint32_t program, const char *kind, uint32_t site)
{
	bool fresh;
	uint32_t text = text_of(m, kind);
	uint32_t *id = pair(&m->build->finding_of, combine(m, program, text), site, &fresh);
	if (fresh) {
		*id = (uint32_t)m->findings_used;
		LR_GROW(m->findings, m->findings_used, m->build->findings_room);
		m->findings[m->findings_used++] = (struct lr_measured_finding){
			.kind = lr_measure_text_of(m, text), .program = program, .site = site};
	}
	return &m->findings[*id];
}

struct lr_measured_resource *lr_measure_resource(
	struct lr_measure *m, uint32_t program, const char *kind, uint32_t site)
{
	bool fresh;
	uint32_t text = text_of(m, kind);
	uint32_t *id = pair(&m->build->resource_of, combine(m, program, text), site, &fresh);
	if (fresh) {
		*id = (uint32_t)m->resources_used;
		LR_GROW(m->resources, m->resources_used, m->build->resources_room);
		m->resources[m->resources_used++] = (struct lr_measured_resource){
			.kind = lr_measure_text_of(m, text), .program = program, .site = site};
	}
	return &m->resources[*id];
}
