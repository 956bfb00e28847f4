/* The search that a scan is made of: what stands in its work space, and the steps that scan.c puts
 * together. Private to scan*.c. */
#ifndef LT_SCAN_SEARCH_H
#define LT_SCAN_SEARCH_H

#include "lib/scan.h"
#include "lib/scan_in.h"

enum {
	LT_SCAN_BATCH = 128, /* words looked at before what they point to is found */
	LT_SCAN_LINE = 64
};

/* Flags of our own, while lost blocks are judged. */
enum {
	LT_SCAN_POINTED = 8, /* another lost block points to it */
	LT_SCAN_SEEN = 16
};
_Static_assert((LT_SCAN_POINTED | LT_SCAN_SEEN) == LT_SCAN_PRIVATE, "scan.h leaves us these");

/* What becomes of a block that a pointer leads to. */
enum lt_scan_mode {
	LT_SCAN_REACH,   /* reachable, or possible if the pointer is not good enough */
	LT_SCAN_SUPPOSE, /* possible */
	LT_SCAN_POINT,   /* is pointed to by a lost block */
	LT_SCAN_SEE,     /* seen, if lost */
	LT_SCAN_OWN,     /* indirect, if lost, and its leader's who points to it */
	LT_SCAN_TELL     /* told; none may be settled */
};

struct lt_scan_candidate {
	uintptr_t value, via;
	uint32_t from; /* the block that via lies in; LT_SCAN_NO_BLOCK: a root */
	uint32_t place;
	struct lt_scan_search search;
};

/* Whether anything points to the targets, while that is looked at (scan_targets.c). */
enum { LT_SCAN_EDGES = 4096 };
struct lt_scan_watch {
	bool on;
	uint32_t inside; /* the target whose words are read, plus 1; 0: none */
	uint32_t edges;
	/* From target to target, each the first of its group; some of them twice. */
	struct {
		uint16_t from, to;
	} edge[LT_SCAN_EDGES];
};

struct lt_scan_state {
	struct lt_scan_index x;
	struct lt_scan *s;
	enum lt_scan_mode mode;
	uint32_t n; /* candidates */
	uint32_t head, tail;
	uint32_t *leader;  /* of each lost block */
	uint32_t *queue;   /* blocks whose words are to be looked at, from head to tail */
	uint32_t *list;    /* stands behind the queue */
	uint64_t *settled; /* of each block a bit: no pointer makes a difference any more */
	uint64_t *chosen;  /* of each block a bit */
	/* LT_SCAN_TELL: each pointer. */
	void (*tell)(struct lt_scan_state *, uint32_t to, const struct lt_scan_candidate *);
	void *telling;
	struct lt_scan_candidate candidate[2 * LT_SCAN_BATCH];
	struct lt_scan_watch watch;
};

void lt_scan_judge(struct lt_scan *s, struct lt_scan_block *b, enum lt_scan_verdict v);

/* A block joins the queue. Settled: it has its verdict for good. */
static inline void lt_scan_push(struct lt_scan_state *t, uint32_t i)
{
	t->queue[t->tail++] = i;
}

static inline void lt_scan_settle(struct lt_scan_state *t, uint32_t i)
{
	t->settled[i / 64] |= 1ull << i % 64;
	lt_scan_push(t, i);
}

/* Looks at the words of a block and of a root, and at one that lies nowhere. Not all of what they
 * point to is followed before lt_scan_flush. */
void lt_scan_read_block(struct lt_scan_state *t, uint32_t i);
void lt_scan_read_root(struct lt_scan_state *t, const struct lt_scan_root *r);
void lt_scan_read_word(struct lt_scan_state *t, const struct lt_scan_word *w);

void lt_scan_flush(struct lt_scan_state *t);

/* From here on, what is read is looked at for pointers to targets, if there are any; until it is
 * known which of them are held. */
void lt_scan_watch_begin(struct lt_scan_state *t);
void lt_scan_watch_end(struct lt_scan_state *t);
/* Looks at the words from start to before end. */
void lt_scan_watch(struct lt_scan_state *t, uintptr_t start, uintptr_t end, unsigned step);
/* The end of the part of [at, end) that lies in one target, which it notes, or in none. */
uintptr_t lt_scan_watch_part(struct lt_scan_state *t, uintptr_t at, uintptr_t end);

/* Follows all that can be reached from these words and the queue, then empties it. What is equally
 * far from the beginning is taken together. */
void lt_scan_search(struct lt_scan_state *t);

#endif
