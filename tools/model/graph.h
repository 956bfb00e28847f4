/* The graph of a scan: which words of which roots and blocks point to which blocks. Records are
 * kept as they are, and made into arrays when they are asked for. */
#ifndef LR_GRAPH_H
#define LR_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero is empty. */
struct lr_graph_records {
	uint8_t *bytes; /* each body behind its length, 4 bytes */
	size_t used, room;
	bool ended; /* the last one was there */
	bool cut;   /* the tracer has left edges out */
};

/* The body of a record of type LTF_REC_GRAPH. */
void lr_graph_add(struct lr_graph_records *r, const uint8_t *body, size_t len);
void lr_graph_forget(struct lr_graph_records *r);

struct lr_root_edge {
	uint32_t from; /* index of a root or a word */
	uint32_t to;   /* block */
	uint64_t offset;
	bool word; /* else a root */
};

/* Edges from block i: first[i] to first[i + 1] - 1. */
struct lr_graph {
	uint32_t blocks;
	uint32_t *first; /* blocks + 1 */
	uint32_t *to;
	uint32_t *offset; /* of the pointer in the block; what does not fit: UINT32_MAX */
	struct lr_root_edge *roots;
	size_t roots_used;
	bool whole; /* nothing is missing */
};

/* The graph among so many blocks, roots and words: what fits together, up to the first that does
 * not. */
void lr_graph_read(struct lr_graph *g, const struct lr_graph_records *r, uint32_t blocks,
	uint32_t roots, uint32_t words);
/* Where there are no records: of the chains that the scan itself has found, one to each block. */
struct lr_scan;
void lr_graph_of_scan(struct lr_graph *g, const struct lr_scan *scan);
void lr_graph_free(struct lr_graph *g);

#endif
