/* What points to what, for the reader of the dump: of all chains that lead to a block, a scan keeps
 * one; what a block alone keeps alive is seen from all of them.
 *
 * Same rules as scan.h: pure, and after lt_scan_run, in the same work space. */
#ifndef LT_SCAN_GRAPH_H
#define LT_SCAN_GRAPH_H

#include "lib/scan.h"

struct lt_scan_graph {
	/* Given. */
	uint8_t *room; /* where bytes are put together */
	size_t size;   /* of it: at least LT_SCAN_GRAPH_LEAST */
	/* Takes what is in the room, len bytes of format/graph.h: a body of its own. last: no more
	 * comes. False: that is enough. */
	bool (*take)(void *context, size_t len, bool last);
	void *context;

	/* Found. */
	uint64_t edges;
};
#define LT_SCAN_GRAPH_LEAST 64

/* Hands out the words, roots and blocks that point to blocks, each kind in order, and their
 * pointers in order of their offsets. Where all is settled by pointers that count like those to a
 * start, others are left out: interior pointers to reachable blocks, and what lost blocks say of
 * blocks that are not lost. Of further pointers from one block to the same one most are left out;
 * where there are few blocks, all. lt_scan_find, lt_scan_leader and lt_scan_holder still answer
 * afterwards. */
void lt_scan_graph(const struct lt_scan *s, struct lt_scan_graph *g);

#endif
