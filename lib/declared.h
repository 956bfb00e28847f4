/* What the program has told by leaktrace.h: memory where chains of pointers begin, and blocks that
 * count as held. */
#ifndef LT_DECLARED_H
#define LT_DECLARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lib/own.h"
#include "lib/roots.h"

/* By the program, in any thread or signal handler, without a lock. The same start again: another
 * length. False: there is no room for more. */
bool lt_declared_root(uintptr_t start, size_t len);
void lt_declared_unroot(uintptr_t start);

/* Ignored blocks, known by the addresses that were told. The rest is the drainer's, as the live set
 * is, which asks with the number of an event, or its place where it has none (live.c). */
struct lt_declared_event {
	uint64_t addr8;
	uint32_t number;
	bool numbered;
};
extern LT_OWN uint32_t lt_declared_ignored; /* how many */
void lt_declared_ignore(const struct lt_declared_event *ev, uint64_t pass);
/* The block has been released, or another one stands there, if this came after the block was
 * ignored. all: what was ignored two passes ago or earlier came before any event of now. */
void lt_declared_forget(const struct lt_declared_event *ev, uint64_t pass, bool all);
/* A forked child keeps them; its events begin anew. whole: no drainer was at work. */
void lt_declared_inherit(bool whole);

/* In the copy: appends both as roots behind the others, LT_SCAN_DECLARED of what can be read, and
 * the addresses of ignored blocks as LT_SCAN_IGNORED. Returns how many roots at the end are to be
 * searched later than the others: what they alone lead to is ignored, too. */
uint32_t lt_declared_add(struct lt_roots *r, const struct lt_mapping *m, uint32_t n);

#endif
