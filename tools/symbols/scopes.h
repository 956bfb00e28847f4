/* The scopes of one compilation unit: which function, and which inlined calls, an address is in. */
#ifndef LR_SCOPES_H
#define LR_SCOPES_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LR_SCOPE_NONE = -1 };

struct lr_scope {
	Dwarf_Die die;  /* a subprogram or an inlined subroutine */
	int32_t parent; /* of an inlined call: the scope it was inlined into; else LR_SCOPE_NONE */
};

struct lr_segment {
	uint64_t start; /* up to the next segment's start */
	int32_t scope;  /* the innermost one; LR_SCOPE_NONE in a gap */
};

struct lr_scopes {
	struct lr_scope *scopes;
	size_t scope_count, scope_room;
	struct lr_segment *segments; /* by start */
	size_t segment_count, segment_room;
	bool poor; /* something is missing for want of memory */
};

/* Walks the unit whose top entry is given. Damage, or want of memory, gives fewer scopes. */
void lr_scopes_read(struct lr_scopes *, const Dwarf_Die *unit);
void lr_scopes_free(struct lr_scopes *);

/* The innermost scope at addr, or LR_SCOPE_NONE. */
int32_t lr_scopes_at(const struct lr_scopes *, uint64_t addr);

/* Moves to the next sibling, never backwards: a made-up DW_AT_sibling could be a circle. */
bool lr_next_sibling(Dwarf_Die *die);

#endif
