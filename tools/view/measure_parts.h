/* Shared by measure*.c. Not for others. */
#ifndef LR_MEASURE_PARTS_H
#define LR_MEASURE_PARTS_H

#include "tools/util/map.h"
#include "tools/view/measure.h"

/* A frame as it is kept. Ids are indices plus 1; 0 is none. */
struct lr_measure_node {
	struct lr_measured_frame frame; /* the first, so that either can be had from the other */
	uint32_t id, outer;
	uint32_t line; /* function and module */
	uint32_t site;
};

struct lr_measure_text {
	const char *text;
	uint32_t next; /* of the same hash: id */
};

struct lr_measure_line {
	uint32_t function, module; /* texts */
	bool passes_on;
};

enum { LR_MEASURE_CHUNK = 1024 };

/* What finds out whether something is there already. Keys are pairs of ids. */
struct lr_measure_build {
	char **chunks; /* of texts */
	size_t chunks_used, chunks_room, chunk_left;
	struct lr_measure_text *texts;
	size_t texts_used, texts_room;
	struct lr_measure_line *lines;
	size_t lines_used, lines_room;
	struct lr_measure_node **nodes; /* LR_MEASURE_CHUNK each */
	size_t nodes_used, nodes_room;
	uint32_t combinations; /* of program, thread and region */
	uint64_t first_start;  /* ns since the epoch: of the process that gave the command */
	struct lr_map text_of; /* hash of a text */
	struct lr_map line_of, node_of, program_of, thread_of, region_of, combination_of, row_of,
		finding_of, resource_of;
	size_t sites_room, rows_room, programs_room, threads_room, regions_room, findings_room,
		resources_room;
};

/* A copy that lives as long as the measure: an id. */
uint32_t lr_measure_text(struct lr_measure *m, const char *text, size_t n);
/* Its id, if it is there; else 0. */
uint32_t lr_measure_find_text(const struct lr_measure *m, const char *text, size_t n);
const char *lr_measure_text_of(const struct lr_measure *m, uint32_t text);
/* A function's text in a module's. */
uint32_t lr_measure_line(struct lr_measure *m, uint32_t function, uint32_t module);
/* As lr_measure_frame, of ids. */
uint32_t lr_measure_node(struct lr_measure *m, uint32_t outer, uint32_t line, bool inlined);
struct lr_measure_node *lr_measure_node_at(const struct lr_measure *m, uint32_t id);

/* Names as they are part of an identity: without what a compiler or a linker puts behind them.
 * Returns how many bytes of the name are left. */
size_t lr_measure_function_length(const char *name);
/* The last part of a path, with as much of a version as a soname has. *n: its length. */
const char *lr_measure_module_name(const char *path, size_t *n);

/* The call paths of a model's frames. */
struct lr_measure_paths;
struct lr_measure_paths *lr_measure_paths_new(
	struct lr_measure *m, const struct lr_model *model, struct lr_names *names);
void lr_measure_paths_free(struct lr_measure_paths *p);
/* The site (index) of a model's frame. */
uint32_t lr_measure_paths_site(struct lr_measure_paths *p, uint32_t frame);

/* A model on its way into a measure. */
struct lr_measuring {
	struct lr_measure *m;
	const struct lr_model *model;
	struct lr_names *names;
	const struct lr_measure_query *q;
	uint32_t program; /* index */
	struct lr_measure_paths *paths;
	struct lr_match *match; /* of the query's filters */
	struct lr_function_regions *functions;
	struct lr_map region_of; /* of the model << 32 | of functions -> index plus 1 */
};

/* The thread and the region of a site's row: index plus 1, or 0 where they are not told apart. */
uint32_t lr_measure_thread_of(struct lr_measuring *w, const struct lr_site *s);
uint32_t lr_measure_region_of(
	struct lr_measuring *w, const struct lr_site *s, const struct lr_values *values);
/* Once the rows are there: what threads and regions come to. */
void lr_measure_threads_end(struct lr_measuring *w);
void lr_measure_regions_begin(struct lr_measuring *w);
void lr_measure_regions_end(struct lr_measuring *w);

#endif
